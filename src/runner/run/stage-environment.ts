import type { Stage } from '../model.ts';
import { MESSAGE_FD } from './command.ts';
import type { Gathered } from './gather-inputs.ts';
import type { Session } from './session.ts';
import type { Grant } from './slots.ts';
import { relativeTo } from './stage-file.ts';

/** The environment of a stage's command: ours, and what tells it of its stage. */
export function environmentFor(
  session: Session,
  stage: Stage,
  {
    gathered,
    grant,
    attempt,
    stageFile,
  }: {
    readonly gathered: Gathered;
    readonly grant: Grant;
    readonly attempt: number;
    readonly stageFile: string;
  },
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  for (const { name, path } of stage.outs)
    if (name !== undefined) env[`FERMENT_OUT_${upperCase(name)}`] = relativeTo(stage, path);
  for (const { dep, paths } of gathered.deps)
    if (dep.name !== undefined)
      setIfItFits(
        env,
        `FERMENT_DEP_${upperCase(dep.name)}`,
        paths.map((path) => relativeTo(stage, path)).join('\n'),
      );
  if (grant.gpus.length > 0) env['CUDA_VISIBLE_DEVICES'] = grant.gpus.join(',');
  return {
    ...env,
    FERMENT_STAGE: stage.name,
    FERMENT_ROOT: session.root,
    DVC_STAGE: stage.name,
    DVC_ROOT: session.root,
    FERMENT_STAGE_FILE: stageFile,
    FERMENT_MESSAGE_FD: String(MESSAGE_FD),
    FERMENT_ATTEMPT: String(attempt),
    FERMENT_CPUS: String(grant.cpus),
    FERMENT_GPUS: String(grant.gpus.length),
  };
}

/** Linux refuses to start a program with a variable of more than 128 kB; the list is in the stage file all the same. */
const MAX_VARIABLE_BYTES = 100_000;

function setIfItFits(env: Record<string, string>, name: string, value: string): void {
  if (Buffer.byteLength(value) <= MAX_VARIABLE_BYTES) env[name] = value;
}

/** `train-set` as a part of a variable's name: `TRAIN_SET`. */
function upperCase(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}
