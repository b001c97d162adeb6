import { selectTargets } from '../graph/index.ts';
import type { Project } from '../load/index.ts';
import type { Change, Stage, StageName } from '../model.ts';
import { isThere } from '../run/aside.ts';
import { runsAlways } from '../run/decide.ts';
import { lacksOf, type MissingInputs } from '../run/gather-inputs.ts';
import { closeSession, openSession, type Session } from '../run/session.ts';
import { inspect } from '../status/inspect.ts';
import type { Warn } from '../status/status.ts';
import { acceptStage } from './accept-stage.ts';

/** A stage whose workspace is taken, or is to be taken, for its result: how it differs from its last success. */
export interface Acceptance {
  readonly stage: StageName;
  readonly changes: readonly Change[];
  /** True for a stage that runs every time all the same. */
  readonly runsAlways: boolean;
}

/** A stage that cannot be accepted, with all reasons, as sentences. */
export interface Refusal {
  readonly stage: StageName;
  readonly reasons: readonly string[];
}

export interface CommitOptions {
  /** Stages, groups or outs; all stale stages when empty. */
  readonly targets?: readonly string[];
  /** Asked once, before anything is written, when there is something to accept. */
  readonly confirm?: (acceptances: readonly Acceptance[], refusals: readonly Refusal[]) => Promise<boolean>;
  readonly warn?: Warn;
}

export interface CommitResult {
  readonly accepted: readonly Acceptance[];
  readonly refused: readonly Refusal[];
  /** False when `confirm` said no; nothing was written then. */
  readonly confirmed: boolean;
}

/**
 * Takes the workspace as it is, inputs and outs, for the result of stages, without running them: stores their outs
 * and writes lock and run cache, so that nothing reruns. A stage with missing deps or outs, or one that another
 * command is running, is refused; the others are accepted all the same. Throws USAGE, NO_SPACE, STORE_UNWRITABLE, and
 * what fingerprinting throws (BUNDLE_FAILED, BAD_PATH, BAD_PARAMS, UNREADABLE).
 */
export async function commit(project: Project, options: CommitOptions = {}): Promise<CommitResult> {
  const { targets = [], confirm = () => Promise.resolve(true), warn = () => {} } = options;
  const session = openSession(project, warn);
  const acceptable: { readonly stage: Stage; readonly acceptance: Acceptance }[] = [];
  const refused: Refusal[] = [];
  for (const stage of chosen(session, targets)) {
    const { changes, missing } = await inspect(session, stage);
    if (!isWorthIt(stage, changes, targets.length > 0)) continue;
    const reasons = missingReasons(session, stage, missing);
    const acceptance = { stage: stage.name, changes, runsAlways: runsAlways(stage) };
    if (reasons.length > 0) refused.push({ stage: stage.name, reasons });
    else acceptable.push({ stage, acceptance });
  }
  const isAgreed =
    acceptable.length === 0 ||
    (await confirm(
      acceptable.map(({ acceptance }) => acceptance),
      refused,
    ));
  const accepted: Acceptance[] = [];
  for (const { stage, acceptance } of isAgreed ? acceptable : []) {
    const reason = await acceptStage(session, stage, warn);
    if (reason === undefined) accepted.push(acceptance);
    else refused.push({ stage: stage.name, reasons: [reason] });
  }
  closeSession(session);
  return { accepted, refused, confirmed: isAgreed };
}

function chosen(session: Session, targets: readonly string[]): readonly Stage[] {
  const names = selectTargets(session.graph, targets, { singleItem: targets.length > 0 });
  return names.flatMap((name) => session.graph.stages.get(name) ?? []);
}

/** A stage that is stale only because it always is has nothing to accept, unless it is named. */
function isWorthIt(stage: Stage, changes: readonly Change[], isNamed: boolean): boolean {
  if (isNamed || !runsAlways(stage)) return changes.length > 0;
  return changes.some(({ kind }) => kind !== 'always' && kind !== 'never-run');
}

function missingReasons(session: Session, stage: Stage, missing: MissingInputs): string[] {
  const outs = stage.outs.map(({ path }) => path).filter((path) => !isThere(`${session.root}/${path}`));
  return [...lacksOf(missing), ...outs.map((path) => `The out ${path} is missing.`)];
}
