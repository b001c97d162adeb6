import type { Command, Option } from 'commander';
import { type Candidate, FILES, valuesOf } from '../completion-values.ts';
import type { ActionContext } from '../program.ts';

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
