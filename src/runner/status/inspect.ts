import type { Change, ProjectPath, Stage } from '../model.ts';
import { compareInputs } from '../plan/index.ts';
import { compareOuts, runsAlways } from '../run/decide.ts';
import { createIsDep } from '../run/find-deps.ts';
import { type Gathered, gatherInputs, type MissingInputs } from '../run/gather-inputs.ts';
import type { Session } from '../run/session.ts';

/** What is known of one stage by itself. */
export interface Inspected {
  readonly changes: readonly Change[];
  /** Undefined for a frozen stage, and for one whose program is still to be made. */
  readonly gathered: Gathered | undefined;
  /** What it declares and is not there. */
  readonly missing: MissingInputs;
}

/** Compares a stage with its last success. Throws what `status` throws. */
export async function inspect(session: Session, stage: Stage): Promise<Inspected> {
  const entry = session.entries.get(stage.name);
  const outs = entry === undefined ? [] : await compareOuts(session, entry.outs);
  if (stage.frozen) {
    // Never run counts for a frozen stage only when its outs are not there either.
    const isThere = stage.outs.every(({ path }) => session.hasher.look(path) !== undefined);
    const changes = entry === undefined && !isThere ? compareToNothing() : outs;
    return { changes, gathered: undefined, missing: { deps: [], params: [] } };
  }
  const program = unmadeProgram(session, stage);
  if (program !== undefined) {
    const change: Change = { kind: 'code', name: program, change: 'deleted' };
    const changes = entry === undefined ? compareToNothing() : [change, ...outs];
    return { changes, gathered: undefined, missing: { deps: [program], params: [] } };
  }
  const missing: MissingInputs = { deps: [], params: [] };
  const gathered = await gatherInputs(session, stage, missing);
  const known = new Set(entry?.inputs.deps.map(({ path }) => path));
  const always: Change[] = runsAlways(stage)
    ? [{ kind: 'always', name: stage.name, change: 'modified' }]
    : [];
  const changes = compareInputs(entry, gathered.inputs, createIsDep(session.graph, stage));
  const deps = missing.deps.filter((path) => !known.has(path));
  // Of those that the lock knows, the comparison has said it.
  const isSaid = (name: string): boolean =>
    changes.some((change) => change.kind === 'param' && change.name.startsWith(name));
  const params = missing.params.filter((name) => !isSaid(name));
  return {
    changes: [
      ...changes,
      ...deps.map((name): Change => ({ kind: 'dep', name, change: 'deleted' })),
      ...params.map((name): Change => ({ kind: 'param', name, change: 'deleted' })),
      ...outs,
      ...always,
    ],
    gathered,
    missing,
  };
}

/** A program that is not there, and that another stage writes. */
function unmadeProgram({ graph, hasher }: Session, { command }: Stage): ProjectPath | undefined {
  if (command.kind !== 'module' || graph.producer(command.module) === undefined) return undefined;
  return hasher.look(command.module) === undefined ? command.module : undefined;
}

function compareToNothing(): readonly Change[] {
  return [{ kind: 'never-run', name: '', change: 'new' }];
}
