import type { Command, Option } from 'commander';
import { compareBytes } from '../../kit/index.ts';
import { findProject, listRevisions, loadProject, plotIds } from '../../runner/index.ts';
import type { ActionContext } from '../program.ts';

/** A word that may be typed, and what it is for. `:files` stands for the shell's own completion of paths. */
type Candidate = readonly [word: string, description: string];

/**
 * `ferment __complete -- WORDS…`: one line for each word that may stand in place of the last one, a tab, what it is for.
 * Everything comes from the program itself and the project. Never fails and never says anything else.
 */
export function complete(words: readonly string[], program: Command, { terminal }: ActionContext): void {
  const current = words.at(-1) ?? '';
  const found = candidatesFor(words.slice(0, -1), current, { program, cwd: terminal.cwd });
  const lines = found
    .filter(([word]) => word.startsWith(current) || word === FILES)
    .map(([word, description]) => `${word}\t${description.replace(/\s+/g, ' ')}\n`);
  terminal.stdout.write([...new Set(lines)].join(''));
}

const FILES = ':files';

interface Place {
  readonly program: Command;
  readonly cwd: string;
}

function candidatesFor(
  before: readonly string[],
  current: string,
  { program, cwd }: Place,
): readonly Candidate[] {
  const { command, pending, given, isPlain } = walk(program, before);
  if (pending !== undefined) return valuesOf(pending.name(), pending.argChoices, cwd);
  if (current.startsWith('-') && !isPlain) return optionsOf(command);
  const commands = command.commands.filter((one) => !isHidden(one));
  if (commands.length > 0) return commands.map((one) => [one.name(), one.description()]);
  const { registeredArguments } = command;
  const argument = registeredArguments[given] ?? registeredArguments.findLast(({ variadic }) => variadic);
  return argument === undefined ? [] : valuesOf(argument.name(), argument.argChoices, cwd);
}

interface Walked {
  readonly command: Command;
  /** The option whose value comes next. */
  readonly pending: Option | undefined;
  /** Arguments so far. */
  readonly given: number;
  /** After `--` nothing is an option. */
  readonly isPlain: boolean;
}

/** Reads the words before the current one as commander would. */
function walk(program: Command, words: readonly string[]): Walked {
  let walked: Walked = { command: program, pending: undefined, given: 0, isPlain: false };
  for (const word of words) walked = step(walked, word);
  return walked;
}

function step(walked: Walked, word: string): Walked {
  const { command, pending, given, isPlain } = walked;
  // A repeatable value goes on until the next option.
  if (pending !== undefined && !(pending.variadic && word.startsWith('-')))
    return pending.variadic ? walked : { ...walked, pending: undefined };
  if (word === '--') return { ...walked, pending: undefined, isPlain: true };
  if (word.startsWith('-') && !isPlain) {
    const option = command.options.find((one) => one.long === word || one.short === word);
    return {
      ...walked,
      pending: option?.required === true || option?.optional === true ? option : undefined,
    };
  }
  const child = command.commands.find((one) => one.name() === word);
  return child === undefined
    ? { ...walked, given: given + 1 }
    : { command: child, pending: undefined, given: 0, isPlain };
}

function isHidden(command: Command): boolean {
  return command.name().startsWith('__');
}

function optionsOf(command: Command): readonly Candidate[] {
  const own = command.options
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }): Candidate => [long ?? short ?? '', description]);
  return [...own, ['--help', 'print help']];
}

/** What may stand for an argument or an option's value, by its name. */
function valuesOf(name: string, choices: readonly string[] | undefined, cwd: string): readonly Candidate[] {
  if (choices !== undefined) return choices.map((choice) => [choice, '']);
  switch (name) {
    case 'stage':
      return stages(cwd);
    case 'target':
    case 'without':
      return [...stages(cwd), ...groups(cwd), ...outs(cwd)];
    case 'targets':
      return [...stages(cwd), ...outs(cwd), ...plots(cwd)];
    case 'a':
    case 'b':
    case 'revision':
      return revisions(cwd);
    case 'set':
      return params(cwd);
    case 'jobs':
    case 'precision':
      return [];
    default:
      return [[FILES, '']];
  }
}

/** A project that cannot be loaded has no names. */
function fromProject<T>(
  cwd: string,
  read: (project: ReturnType<typeof loadProject>) => readonly T[],
): readonly T[] {
  try {
    return read(loadProject({ cwd }));
  } catch {
    return [];
  }
}

function stages(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) => project.stages.map(({ name, desc }): Candidate => [name, desc ?? '']));
}

function groups(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) =>
    [...new Set(project.stages.filter(({ name, group }) => name !== group).map(({ group }) => group))].map(
      (group): Candidate => [group, 'all stages of the group'],
    ),
  );
}

function outs(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) =>
    project.stages.flatMap((stage) =>
      stage.outs.map(({ path, desc }): Candidate => [path, desc ?? `${stage.name} writes it`]),
    ),
  );
}

function plots(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) => plotIds(project).map((id): Candidate => [id, 'plot']));
}

function params(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) =>
    [...new Set(project.stages.flatMap((stage) => stage.params.flatMap(({ keys }) => keys ?? [])))]
      .sort(compareBytes)
      .map((key): Candidate => [`${key}=`, 'param']),
  );
}

function revisions(cwd: string): readonly Candidate[] {
  try {
    const { root } = findProject(cwd);
    return [
      ['HEAD', 'the last commit'],
      ['HEAD~1', 'the one before'],
      ...listRevisions(root, 'branches').map((name): Candidate => [name, 'branch']),
      ...listRevisions(root, 'tags').map((name): Candidate => [name, 'tag']),
    ];
  } catch {
    return [];
  }
}
