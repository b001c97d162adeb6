import { type Command, InvalidArgumentError } from 'commander';

/** The options that every command that reads the project takes. */
export function withProject(command: Command): Command {
  return command
    .option('--file <path>', 'another pipeline file')
    .option('--params <file>', 'lay a parameter file over params.yaml (repeatable)', collect)
    .option('-S, --set <key=value>', 'another value for this run (repeatable)', collect);
}

/** The stages that a command is about, and what is left out of the pipeline for it. */
export function withTargets(command: Command): Command {
  return command
    .argument('[target...]', 'stages, groups or outs')
    .option(
      '--without <target>',
      'as if these stages, and those that cannot do without them, were not declared (repeatable)',
      collect,
    );
}

/** The stages that are run, of those that `withTargets` leaves. */
export function withSelection(command: Command): Command {
  return withTargets(command)
    .option('-s, --single-item', 'only the named stages, not what they need')
    .option('-p, --pipeline', 'the whole pipelines that the named stages belong to')
    .option('--downstream', 'the named stages and everything that depends on them');
}

/** The arguments and options of a comparison of two commits. */
export function withTables(command: Command): Command {
  return command
    .argument('[a]', 'a commit, branch or tag (default: HEAD)')
    .argument('[b]', 'another (default: the workspace)')
    .option('--json', 'print JSON')
    .option('--md', 'print a GitHub table')
    .option('--all', 'also what is equal')
    .option('--targets <file...>', 'only these files')
    .option('--no-path', 'without the column of files')
    .option('--atol <n>', 'numbers that differ by at most this are equal', parseNumber)
    .option('--rtol <n>', 'numbers that differ by at most this share are equal', parseNumber)
    .option('--precision <n>', 'digits after the point', parseDigits, 5);
}

/** The values of a repeatable option. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** A number of at least 0. Throws commander's InvalidArgumentError. */
function parseNumber(text: string): number {
  const n = Number(text);
  if (text.trim() === '' || !Number.isFinite(n) || n < 0)
    throw new InvalidArgumentError('Expected a number of at least 0.');
  return n;
}

/** A whole number of at least 0. Throws commander's InvalidArgumentError. */
export function parseCount(text: string): number {
  // An empty text, of a variable that is not set, is no 0.
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** What a number can be written with. Throws commander's InvalidArgumentError. */
export function parseDigits(text: string): number {
  const n = parseCount(text);
  if (n > 100) throw new InvalidArgumentError('Expected a whole number of at most 100.');
  return n;
}
