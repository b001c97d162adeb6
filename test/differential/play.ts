import { mkdirSync } from 'node:fs';
import { type CommandResult, ferment } from '../support/project.ts';
import { argumentsOf, type Command } from './commands.ts';
import { compareStatus, compareTables, type Difference } from './compare.ts';
import {
  type Both,
  type Copies,
  commitBoth,
  contentOf,
  copyOver,
  editBoth,
  ignoredIn,
  makeCopies,
  runBoth,
  writeBoth,
} from './copies.ts';
import { outcomesOfDvc, statusOfDvc } from './dvc-output.ts';
import type { DvcServer } from './dvc-server.ts';
import { applyEdit } from './edits.ts';
import { outcomesOfFerment, statusOfFerment } from './ferment-output.ts';
import type { Step } from './generate.ts';
import { type Game, type Lines, unexplained } from './judge.ts';
import { touches } from './known-questions.ts';
import { renderWorld } from './render.ts';
import { compareValues } from './values.ts';
import { namesOf, outsOf, stageNamed, type World } from './world.ts';

/** What came of one project. */
export interface Played {
  readonly copies: Copies;
  /** Commands that both tools were given. */
  readonly commands: number;
  /** Stages whose outcomes were compared. */
  readonly outcomes: number;
  /** Known difference to how often it was met. */
  readonly known: ReadonlyMap<string, number>;
  /** The first differences that nothing explains; empty when there are none. */
  readonly differences: readonly Difference[];
  /** What was done, for people. */
  readonly story: readonly string[];
  /** What the tools wrote at last. */
  readonly said: Both<string>;
  /** What their status was before that. */
  readonly status: Lines;
}

/** Plays a project's steps in a folder with both tools, until they differ in a way that is not known. */
export async function play(
  folder: string,
  server: DvcServer,
  world: World,
  steps: readonly Step[],
): Promise<Played> {
  mkdirSync(folder, { recursive: true });
  const copies = await makeCopies(folder, server);
  const game: Game = {
    copies,
    server,
    known: new Map(),
    story: [],
    chmodded: new Set(),
    takenAway: new Map(),
    diverged: new Set(),
    accepted: new Set(),
    behind: new Set(),
    verified: new Set(),
    said: { ours: '', dvc: '' },
    status: { ours: {}, dvc: {} },
    staleForOne: new Set(),
    commands: 0,
    outcomes: 0,
    past: [],
  };
  writeBoth(copies, new Map(), renderWorld(world));
  game.past.push(world);
  if (world.imported) await importFirstRun(game);
  let differences: readonly Difference[] = [];
  for (const step of [{ edits: [], command: { kind: 'repro', flags: [] } } as const, ...steps]) {
    differences = await playStep(game, step);
    if (differences.length > 0) break;
  }
  const { commands, outcomes, known, story } = game;
  return { copies, commands, outcomes, known, differences, story, said: game.said, status: game.status };
}

/** DVC does a first run, of which the other copy gets all, for Ferment to import. */
async function importFirstRun({ copies, server, story }: Game): Promise<void> {
  await server.run(copies.dvcs, ['repro', '-P']);
  copyOver(copies);
  const { exit, stderr } = await ferment(copies.ours, ['import-dvc']);
  if (exit !== 0) throw new Error(`ferment import-dvc failed.\n${stderr}`);
  story.push('dvc repro', 'ferment import-dvc');
}

async function playStep(game: Game, step: Step): Promise<readonly Difference[]> {
  const before = latest(game);
  const world = editWorld(game, step);
  const status = await compareStatuses(game, world, step.command);
  if (status.differences.length > 0) return status.differences;
  if (status.refused) {
    undo(game, before, world);
    return [];
  }
  return playCommand(game, world, step.command, status.lines);
}

function latest({ past }: Game): World {
  const world = past.at(-1);
  if (world === undefined) throw new Error('Expected a world.');
  return world;
}

function editWorld(game: Game, { edits }: Step): World {
  let world = latest(game);
  for (const edit of edits) {
    const edited = applyEdit(world, edit, game.past);
    if (edited === undefined) continue;
    game.story.push(edited.said);
    writeBoth(game.copies, renderWorld(world), renderWorld(edited.world));
    editBoth(game.copies, edited.disk);
    for (const { path } of edited.disk.filter((one) => one.do === 'executable')) game.chmodded.add(path);
    for (const [path, { executable }] of Object.entries(edited.world.sources))
      if (world.sources[path]?.executable === !executable) game.chmodded.add(path);
    if (edited.world !== world) game.past.push(edited.world);
    world = edited.world;
  }
  return world;
}

function undo(game: Game, before: World, world: World): void {
  game.story.push('undo');
  writeBoth(game.copies, renderWorld(world), renderWorld(before));
  game.past.push(before);
}

async function compareStatuses(
  game: Game,
  world: World,
  command: Command,
): Promise<{
  readonly differences: readonly Difference[];
  readonly refused: boolean;
  readonly lines: Lines;
}> {
  const args = ['status', '--json'];
  const { ours, dvc } = await runBoth(game.copies, game.server, { ours: args, dvc: args });
  game.said = { ours: said(ours), dvc: said(dvc) };
  game.commands += 1;
  game.story.push('status');
  const none = { ours: {}, dvc: {} };
  const context = { world, command, status: none, outcomes: none };
  if (ours.exit !== 0 || dvc.exit !== 0) {
    if (ours.exit !== 0 && dvc.exit !== 0) return { differences: [], refused: true, lines: none };
    const difference = { on: 'exit', what: 'status', ours: said(ours), dvc: said(dvc) } as const;
    return { differences: unexplained(game, [difference], context), refused: true, lines: none };
  }
  const lines = { ours: statusOfFerment(ours.stdout, world), dvc: statusOfDvc(dvc.stdout) };
  game.status = lines;
  const all = compareStatus(lines);
  game.staleForOne = new Set(all.map(({ what }) => what));
  for (const name of game.behind) {
    const stage = stageNamed(world, name);
    // One that an edit took away may come back as it was.
    if (stage === undefined || stage.frozen) continue;
    // Each may be fresh beside outs of its own.
    if (touches(world, stage, game.diverged)) continue;
    if (isFresh(lines.ours[name]) && isFresh(lines.dvc[name])) game.behind.delete(name);
  }
  const differences = unexplained(game, all, { ...context, status: lines });
  return { differences, refused: false, lines };
}

function isFresh(lines: readonly string[] = []): boolean {
  return lines.length === 0;
}

function said({ exit, stdout, stderr }: CommandResult): string {
  return `exit ${exit} ${stderr.trim()} ${stdout.trim()}`.trim().replaceAll(/test ! -e [^"\n]{80,}/g, '…');
}

async function playCommand(
  game: Game,
  world: World,
  command: Command,
  status: Lines,
): Promise<readonly Difference[]> {
  const none = { ours: {}, dvc: {} };
  if (command.kind === 'nothing') return [];
  if (command.kind === 'git-commit') {
    commitBoth(
      game.copies,
      [...outsOf(world)].filter(([, { out }]) => out.cache).map(([path]) => path),
    );
    game.story.push('git commit');
    return [];
  }
  if (command.kind === 'values') {
    const differences = await compareValues(game.copies, game.server);
    game.commands += 4;
    game.story.push('metrics show, metrics diff, params diff');
    return unexplained(game, differences, { world, command, status, outcomes: none });
  }
  const args = argumentsOf(command, world);
  game.story.push(args.join(' '));
  game.commands += 1;
  const { ours, dvc } = await runBoth(game.copies, game.server, withOwn(args));
  game.said = { ours: said(ours), dvc: said(dvc) };
  if (command.kind === 'commit') noteCommit(game, world, status, ours.exit === 0 && dvc.exit === 0);
  const outcomes =
    command.kind === 'repro' ? { ours: outcomesOfFerment(ours), dvc: outcomesOfDvc(dvc) } : none;
  game.outcomes += Object.keys(outcomes.ours).length;
  const differences = [
    ...compareTables('outcome', { ours: toMap(outcomes.ours), dvc: toMap(outcomes.dvc) }),
    ...(exitClass(ours) === exitClass(dvc)
      ? []
      : [{ on: 'exit', what: args.join(' '), ours: said(ours), dvc: said(dvc) } as const]),
    ...compareTables('content', {
      ours: byOut(contentOf(game.copies.ours), world),
      dvc: byOut(contentOf(game.copies.dvcs), world),
    }),
    ...compareIgnored(game.copies, world),
  ];
  return unexplained(game, differences, { world, command, status, outcomes, final: true });
}

/** Of stages that were stale, the outs are results now: where one tool failed, only for one of them. */
function noteCommit({ accepted, behind }: Game, world: World, status: Lines, isWhole: boolean): void {
  for (const name of world.stages.flatMap(namesOf)) {
    if ((status.ours[name] ?? []).length > 0) accepted.add(name);
    // Ferment does what it can, DVC what comes before the first error.
    const isStale = [status.ours, status.dvc].some((lines) => (lines[name] ?? []).length > 0);
    if (!isWhole && isStale) behind.add(name);
  }
}

/** Without a target, DVC looks at the root's dvc.yaml alone unless it is told otherwise. */
function withOwn(args: readonly string[]): Both<readonly string[]> {
  if (args[0] !== 'repro') return { ours: args, dvc: args };
  const hasTarget = args.slice(1).some((arg) => !arg.startsWith('-'));
  return { ours: [...args, '--json'], dvc: hasTarget ? args : [...args, '-P'] };
}

/** What a copy holds, with all files of an out that is a folder as one text. */
function byOut(content: ReadonlyMap<string, string>, world: World): ReadonlyMap<string, string> {
  const outs = [...outsOf(world).keys()];
  const merged = new Map<string, string>();
  for (const [path, text] of content) {
    const out = outs.find((one) => path.startsWith(`${one}/`));
    if (out === undefined) merged.set(path, text);
    else merged.set(out, `${merged.get(out) ?? ''}${path.slice(out.length)}: ${text}\n`);
  }
  return merged;
}

function exitClass({ exit }: CommandResult): string {
  return exit === 0 ? 'ok' : 'not ok';
}

/** A frozen stage is left alone like an unchanged one. */
function toMap(outcomes: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(outcomes).map(([name, one]) => [name, one === 'frozen' ? 'unchanged' : one]));
}

function compareIgnored({ ours, dvcs }: Copies, world: World): readonly Difference[] {
  const paths = [...outsOf(world).keys()];
  const table = (root: string): ReadonlyMap<string, string> =>
    new Map([...ignoredIn(root, paths)].map((path) => [path, 'ignored']));
  return compareTables('ignored', { ours: table(ours), dvc: table(dvcs) });
}
