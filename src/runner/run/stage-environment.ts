import type { Stage } from '../model.ts';
import { MESSAGE_FD } from './command.ts';
import { type DepLists, upperCase } from './dep-lists.ts';
import type { Session } from './session.ts';
import type { Grant } from './slots.ts';
import { relativeTo } from './stage-file.ts';

/** The environment of a stage's command: ours, and what tells it of its stage. */
export function environmentFor(
  session: Session,
  stage: Stage,
  {
    lists,
    grant,
    attempt,
    stageFile,
  }: {
    readonly lists: DepLists;
    readonly grant: Grant;
    readonly attempt: number;
    readonly stageFile: string;
  },
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  for (const { name, path } of stage.outs)
    if (name !== undefined) env[`FERMENT_OUT_${upperCase(name)}`] = relativeTo(stage, path);
  // What a stage was told in which this run began is of another stage.
  for (const name of lists.tooLong) delete env[name];
  if (grant.gpus.length > 0) env['CUDA_VISIBLE_DEVICES'] = grant.gpus.join(',');
  return {
    ...env,
    ...lists.env,
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
