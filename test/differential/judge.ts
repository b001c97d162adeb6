import type { Command } from './commands.ts';
import type { Difference } from './compare.ts';
import { type Both, type Copies, isInDvcLock } from './copies.ts';
import type { DvcServer } from './dvc-server.ts';
import { type Context, KNOWN_DIFFERENCES } from './known-differences.ts';
import { isAddedOut, isUnknownToLock } from './known-questions.ts';
import { outsOf, stageNamed, type World } from './world.ts';

/** Stage to the lines of its status, of both tools. */
export type Lines = Both<Readonly<Record<string, readonly string[]>>>;

/** A project while it is played. */
export interface Game {
  readonly copies: Copies;
  readonly server: DvcServer;
  readonly known: Map<string, number>;
  readonly story: string[];
  readonly chmodded: Set<string>;
  /** Stage to what it had and then did not declare. */
  readonly takenAway: Map<string, string[]>;
  /** Outs that differ since an earlier command. */
  diverged: ReadonlySet<string>;
  /** Stages whose outs `commit` took for results. */
  readonly accepted: Set<string>;
  /** Stages that only one of the tools has done. */
  readonly behind: Set<string>;
  /** Outs of frozen stages that DVC took for the stages' results, as they were. */
  readonly verified: Set<string>;
  /** What the tools wrote last. */
  said: Both<string>;
  status: Lines;
  /** Stages whose last status had a known difference. */
  staleForOne: ReadonlySet<string>;
  commands: number;
  outcomes: number;
  /** The latest is last. */
  past: World[];
}

/** What is known of one command when its differences are judged. */
export interface Facts {
  readonly world: World;
  readonly command: Command;
  readonly status: Lines;
  readonly outcomes: Both<Readonly<Record<string, string>>>;
  /** After a command, when the contents were compared. */
  readonly final?: true;
}

/** Those that are not in the table; the others are counted. */
export function unexplained(
  game: Game,
  differences: readonly Difference[],
  facts: Facts,
): readonly Difference[] {
  const diverged = new Set<string>();
  const rest = differences.filter((difference) => {
    const context = contextOf(game, difference, facts);
    const id = KNOWN_DIFFERENCES.find(({ explains }) => explains(difference, context))?.id;
    if (id === undefined) return true;
    game.known.set(id, (game.known.get(id) ?? 0) + 1);
    noteTakenAway(game, difference);
    if (difference.on === 'content') diverged.add(difference.what);
    if (difference.on === 'outcome') game.behind.add(difference.what);
    return false;
  });
  for (const [name, outcome] of Object.entries(facts.outcomes.ours))
    if (isDone(outcome) && isDone(facts.outcomes.dvc[name])) game.behind.delete(name);
  // DVC has written its lock anew, with what its deps and parameters are by now.
  for (const [name, outcome] of Object.entries(facts.outcomes.dvc))
    if (outcome === 'frozen') game.behind.add(name);
  for (const [path, { name }] of outsOf(facts.world)) {
    const outcome = facts.outcomes.dvc[name] ?? '';
    if (outcome === 'frozen') game.verified.add(path);
    if (outcome === 'ran' || outcome === 'restored') game.verified.delete(path);
  }
  if (facts.final) game.diverged = diverged;
  return rest;
}

function noteTakenAway({ takenAway }: Game, { on, what, ours }: Difference): void {
  if (on !== 'status' || !ours.startsWith('undeclared ')) return;
  takenAway.set(what, [...(takenAway.get(what) ?? []), ours.slice('undeclared '.length)]);
}

function failedIn(outcomes: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.keys(outcomes).filter((name) => outcomes[name] === 'failed'));
}

function isDone(outcome: string | undefined): boolean {
  return ['ran', 'restored', 'unchanged'].includes(outcome ?? '');
}

function contextOf(
  { copies, said, chmodded, takenAway, diverged, accepted, verified, behind, staleForOne }: Game,
  { what }: Difference,
  { world, command, status, outcomes }: Facts,
): Context {
  const [path, owner] = [...outsOf(world)].find(([out]) => what === out || what.startsWith(`${out}/`)) ?? [];
  const name = path === undefined ? what : (owner?.name ?? what);
  const stage = stageNamed(world, name);
  return {
    world,
    command,
    stage,
    out: owner?.out,
    status: { ours: status.ours[name] ?? [], dvc: status.dvc[name] ?? [] },
    outcome: { ours: outcomes.ours[name] ?? '-', dvc: outcomes.dvc[name] ?? '-' },
    failed: { ours: failedIn(outcomes.ours), dvc: failedIn(outcomes.dvc) },
    isLocked: stage !== undefined && isInDvcLock(copies.dvcs, name),
    verified,
    said,
    chmodded,
    takenAway: takenAway.get(name) ?? [],
    diverged,
    accepted,
    staleForOne: staleForOne.has(name),
    isBehind: behind.has(name),
    behind: [...outsOf(world)].filter(([, one]) => behind.has(one.name)).map(([out]) => out),
    someNeverRan:
      Object.values(status.ours).some((lines) => lines.some(isUnknownToLock)) ||
      Object.entries(status.dvc).some(
        ([one, lines]) => stageNamed(world, one)?.frozen && lines.some(isAddedOut),
      ),
  };
}
