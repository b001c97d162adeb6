import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FermentError,
  isGone,
  isIdentity,
  ownIdentity,
  readTextIfAny,
  removeQuietly,
  temporaryNameFor,
} from '../../kit/index.ts';
import type { StageName } from '../model.ts';
import { stagesAround } from './stages-around.ts';

/** A process in the commands of some stages waits for another stage, so these end after that one. */
interface WaitRecord {
  readonly within: readonly StageName[];
  readonly stage: StageName;
}

/** Temporary in every sense: swept and deleted as such when its writer was killed. */
const NAME = 'waiting';

/**
 * What one process waits for. A stage's command may run stages itself; where it comes to wait for what waits for it,
 * by whatever way, each would wait for ever. Others see what is waited for, so that the last who comes can tell.
 */
export class Wait {
  readonly #project: { readonly root: string; readonly state: string };
  #file: string | undefined;

  constructor(project: { readonly root: string; readonly state: string }) {
    this.#project = project;
  }

  /** Another process holds the stage, and this one is about to wait for it. Throws BUSY where it would wait for itself. */
  begin(stage: StageName): void {
    this.end();
    const { root, state } = this.#project;
    const within = stagesAround(root);
    if (within.length === 0) return;
    // First it is told and then it is looked, so that of two who do so at once one sees the other.
    this.#file = tell(state, { within, stage });
    const by = wayBack(stage, within, recordsIn(state));
    if (by === undefined) return;
    this.end();
    throw circular(stage, within, by);
  }

  end(): void {
    if (this.#file !== undefined) removeQuietly(this.#file);
    this.#file = undefined;
  }
}

function tell(state: string, record: WaitRecord): string | undefined {
  const file = temporaryNameFor(join(state, NAME));
  try {
    writeFileSync(file, JSON.stringify({ owner: ownIdentity(), ...record }), { flag: 'wx' });
    return file;
  } catch {
    // On a full disk others are not told; that is no reason not to wait.
    return undefined;
  }
}

function recordsIn(state: string): readonly WaitRecord[] {
  return readdirSync(state)
    .filter((name) => name.startsWith(`.${NAME}.`) && name.endsWith('.tmp'))
    .flatMap((name) => parse(readTextIfAny(join(state, name)) ?? ''));
}

/** Nothing for one that is not yet written: its writer has still to look, and will see this process. */
function parse(text: string): readonly WaitRecord[] {
  try {
    const { owner, within, stage } = JSON.parse(text) as Record<string, unknown>;
    if (!isIdentity(owner) || isGone(owner) || typeof stage !== 'string' || !Array.isArray(within)) return [];
    return [{ within: within.filter((name) => typeof name === 'string'), stage }];
  } catch {
    return [];
  }
}

/** The first of `within` that `stage` is or waits for; undefined when it can end without any of them. */
function wayBack(
  stage: StageName,
  within: readonly StageName[],
  records: readonly WaitRecord[],
): StageName | undefined {
  const reached = new Set([stage]);
  // A set also visits what is added meanwhile.
  for (const name of reached) {
    if (within.includes(name)) return name;
    for (const record of records) if (record.within.includes(name)) reached.add(record.stage);
  }
  return undefined;
}

function circular(
  stage: StageName,
  [innermost = stage, ...outer]: readonly StageName[],
  by: StageName,
): FermentError {
  const itself = stage === innermost ? 'it' : `'${stage}'`;
  const hint = `In the command of '${innermost}', name stages that do not need ${itself}: ferment repro STAGE`;
  if (stage === by) {
    const way = outer.length === 0 || stage === innermost ? '' : ` by way of '${innermost}'`;
    return new FermentError(
      'BUSY',
      `Stage '${stage}' runs this command${way}, which would wait for it to end.`,
      {
        hint,
      },
    );
  }
  return new FermentError(
    'BUSY',
    `Stage '${by}' runs this command, which would wait for stage '${stage}', whose command waits for '${by}'.`,
    { hint },
  );
}
