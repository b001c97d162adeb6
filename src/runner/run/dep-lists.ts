import { join } from 'node:path';
import { FermentError, formatBytes } from '../../kit/index.ts';
import type { Dep, Stage } from '../model.ts';
import type { FoundDep } from './find-deps.ts';
import { relativeTo } from './stage-file.ts';

/** What a command is told of its named deps: by variables, and of globs by files, too. */
export interface DepLists {
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path to text. */
  readonly files: ReadonlyMap<string, string>;
  /** Variables that are not set, because their lists are too long. */
  readonly tooLong: readonly string[];
}

/** Linux refuses to start a program with a variable of more than 128 kB. */
const MAX_VARIABLE_BYTES = 100_000;

/**
 * The named deps of a stage for its command. The paths of a glob are a file as well, a path on each line, which takes
 * a list of any length. Throws STAGE_FAILED where a command would read a variable that its list does not fit into:
 * unset, it stood for no paths at all, and the wrong result was taken for good.
 */
export function depListsFor(stage: Stage, deps: readonly FoundDep[], stageFile: string): DepLists {
  const [env, fileEnv]: [Record<string, string>, Record<string, string>] = [{}, {}];
  const files = new Map<string, string>();
  const tooLong: string[] = [];
  for (const { dep, paths } of deps) {
    if (dep.name === undefined) continue;
    const variable = `FERMENT_DEP_${upperCase(dep.name)}`;
    const lines = paths.map((path) => relativeTo(stage, path));
    if (dep.glob) {
      const file = join(listFolder(stageFile), `${variable}.txt`);
      files.set(file, lines.map((line) => `${line}\n`).join(''));
      fileEnv[`${variable}_FILE`] = file;
    }
    const text = lines.join('\n');
    if (Buffer.byteLength(text) <= MAX_VARIABLE_BYTES) env[variable] = text;
    else if (mentions(stage, variable))
      throw listTooLong(stage, { variable, dep, count: paths.length, text });
    else tooLong.push(variable);
  }
  // The path of a dep that is called `x_file` goes before the list of one that is called `x`.
  return { env: { ...fileEnv, ...env }, files, tooLong };
}

/** In the scratch folder of the run, which goes with its stage file, also after a kill. */
function listFolder(stageFile: string): string {
  return stageFile.replace(/\.json$/, '');
}

/** True for a stage whose command is given lists as files, which must go after it. */
export function hasListFiles({ deps }: Stage): boolean {
  return deps.some(({ name, glob }) => glob && name !== undefined);
}

/** `train-set` as a part of a variable's name: `TRAIN_SET`. */
export function upperCase(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** What is to be said of variables that are not set, unless the command knows of their files. */
export function tooLongWarnings(stage: Stage, { tooLong }: DepLists): string[] {
  if (stage.command.kind === 'module') return [];
  return tooLong
    .filter((variable) => !mentions(stage, `${variable}_FILE`))
    .map(
      (variable) =>
        `${variable} is not set: its list has more than ${formatBytes(MAX_VARIABLE_BYTES)}. It is in the file that ${variable}_FILE names.`,
    );
}

function mentions({ command }: Stage, variable: string): boolean {
  const name = new RegExp(`(?<![A-Za-z0-9_])${variable}(?![A-Za-z0-9_])`);
  return command.kind === 'shell' && command.lines.some((line) => name.test(line));
}

function listTooLong(
  { name }: Stage,
  {
    variable,
    dep,
    count,
    text,
  }: { readonly variable: string; readonly dep: Dep; readonly count: number; readonly text: string },
): FermentError {
  const [largest, size] = [MAX_VARIABLE_BYTES, Buffer.byteLength(text)].map(formatBytes);
  return new FermentError(
    'STAGE_FAILED',
    `Stage '${name}' was not started: its command reads ${variable}, which holds at most ${largest}. Received: ${count} paths of '${dep.path}', ${size}.`,
    {
      hint: `Read the paths from the file that ${variable}_FILE names, one on each line: xargs -d '\\n' -a "$${variable}_FILE" …`,
      cause: Object.assign(new Error(`${variable} is too long`), { code: 'E2BIG' }),
    },
  );
}
