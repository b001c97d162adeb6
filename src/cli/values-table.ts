import { posix, relative, resolve } from 'node:path';
import {
  createPainter,
  didYouMean,
  escapeControl,
  FermentError,
  indent,
  printLine,
  someOf,
  type Terminal,
} from '../kit/index.ts';
import {
  findProject,
  type Labelled,
  type RenderOptions,
  renderRevisions,
  renderValues,
  type SideValues,
} from '../runner/index.ts';
import { isTooWide, printByFile } from './narrow-table.ts';
import type { ProjectOptions } from './program.ts';

/** What the commands that show or compare values are given. */
export interface TableOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly md?: boolean;
  readonly all?: boolean;
  readonly targets?: readonly string[];
  readonly path?: boolean;
  readonly atol?: number;
  readonly rtol?: number;
  readonly precision: number;
}

/** Many metrics make a row too wide for a terminal: then each revision and file has a table of its own. */
export function printRevisions(read: readonly Labelled[], options: TableOptions, terminal: Terminal): void {
  const wide = renderRevisions(read, tableOf(options));
  if (options.md === true || !isTooWide(wide, terminal)) {
    printLine(terminal.stdout, wide);
    return;
  }
  const paint = createPainter(terminal.stdout, terminal.env);
  for (const { label, values } of read) {
    printLine(terminal.stdout, paint('bold', escapeControl(label)));
    for (const [file, leaves] of values) {
      if (options.path !== false) printLine(terminal.stdout, `  ${paint('cyan', escapeControl(file))}`);
      const table = renderValues(new Map([[file, leaves]]), tableOf(options, false));
      printLine(terminal.stdout, indent(table, 4));
    }
  }
}

/** What counts as equal, and whether it is shown. */
export function toleranceOf({ all, atol, rtol }: TableOptions) {
  return { all: all === true, atol, rtol };
}

/**
 * The files that `--targets` names, as the project calls them or as they are typed in this folder, and folders of
 * such; undefined where all are meant. Throws USAGE for one that is on no side.
 */
export function wantedFiles(
  options: TableOptions,
  sides: readonly Pick<SideValues, 'files'>[],
  terminal: Terminal,
): readonly string[] | undefined {
  if (options.targets === undefined) return undefined;
  const { root } = findProject(terminal.cwd, options.file);
  const files = [...new Set(sides.flatMap((side) => side.files))];
  return options.targets.map((target) => {
    const typed = relative(root, resolve(terminal.cwd, target)).replaceAll('\\', '/');
    const named = posix.normalize(target).replace(/(.)\/$/, '$1');
    const found = [named, typed].find((path) => files.some((file) => isIn(file, path)));
    if (found !== undefined) return found;
    const others = files.length === 0 ? 'There are none.' : `There are: ${someOf(files, 8)}`;
    throw new FermentError('USAGE', `Expected a file with values on either side. Received: '${target}'`, {
      hint: didYouMean(target, files) ?? others,
    });
  });
}

/** True for a file that is wanted; all are where `wanted` is undefined. */
export function isWanted(file: string, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || wanted.some((path) => isIn(file, path));
}

function isIn(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}/`);
}

/** The files that were asked for. */
export function only<T>(
  files: ReadonlyMap<string, T>,
  wanted: readonly string[] | undefined,
): ReadonlyMap<string, T> {
  return wanted === undefined ? files : new Map([...files].filter(([file]) => isWanted(file, wanted)));
}

/** Markdown is for a page, not for the terminal: it keeps its columns. */
export function printTable<T>(
  files: ReadonlyMap<string, T>,
  render: (files: ReadonlyMap<string, T>, path: boolean) => string,
  { options, terminal }: { readonly options: TableOptions; readonly terminal: Terminal },
): void {
  if (options.md === true || options.path === false) printLine(terminal.stdout, render(files, true));
  else printByFile(files, render, terminal);
}

/** Where the terminal is too narrow for whole texts. */
const SHORT_CELL = 20;

/** How a table is to be; `path` is false where the file stands over it, because the terminal is narrow. */
export function tableOf(options: TableOptions, path = true): RenderOptions {
  return {
    markdown: options.md === true,
    precision: options.precision,
    path: path && options.path !== false,
    ...(path ? {} : { longest: SHORT_CELL }),
  };
}
