import { posix, relative, resolve } from 'node:path';
import {
  createPainter,
  FermentError,
  prettyJson,
  printLine,
  printWarning,
  type Style,
  type Terminal,
} from '../../kit/index.ts';
import {
  commitData,
  compareData,
  type DataChange,
  type DataDiff,
  type DataSide,
  dataDiffJson,
  findProject,
  renderDataDiff,
  renderDataDiffByStage,
  renderDataDiffMarkdown,
  workspaceData,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import { columnsOf } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

interface DiffOptions extends ProjectOptions {
  readonly stages?: boolean;
  readonly targets?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
}

/** `ferment diff [A] [B]`: A is HEAD unless given, B the workspace. */
export async function diff(
  a: string | undefined,
  b: string | undefined,
  options: DiffOptions,
  { terminal }: ActionContext,
): Promise<void> {
  const load = loadOptions(options, terminal);
  const before = commitData(load, a ?? 'HEAD');
  const after = b === undefined ? await workspaceData(load) : commitData(load, b);
  for (const text of [...before.warnings, ...after.warnings]) printWarning(terminal, text);
  const isWanted = createFilter([before, after], options.targets ?? [], (path) =>
    relative(findProject(load.cwd, load.file).root, resolve(load.cwd, path)).replaceAll('\\', '/'),
  );
  const found = compareData(before, after, isWanted);
  if (options.json === true) terminal.stdout.write(prettyJson(dataDiffJson(found)));
  else if (found.changes.length + found.notStored.length > 0)
    printLine(terminal.stdout, render(found, options, terminal));
  else if (options.md !== true) printLine(terminal.stderr, 'No dep and no out differs.');
}

function render(found: DataDiff, options: DiffOptions, terminal: Terminal): string {
  if (options.md === true) return renderDataDiffMarkdown(found);
  const paint = createPainter(terminal.stdout, terminal.env);
  const shown = {
    all: options.all === true,
    columns: columnsOf(terminal),
    heading: (text: string, what: keyof typeof STYLES) => paint(STYLES[what], text),
  };
  return options.stages === true ? renderDataDiffByStage(found, shown) : renderDataDiff(found, shown);
}

const STYLES = {
  added: 'green',
  deleted: 'red',
  modified: 'yellow',
  renamed: 'cyan',
  stage: 'cyan',
  lost: 'red',
} as const satisfies Record<string, Style>;

/** Tells the changes that targets name: stages, paths as they are typed here, and what is in those. Throws USAGE. */
function createFilter(
  sides: readonly DataSide[],
  targets: readonly string[],
  projectPath: (path: string) => string,
): (change: DataChange) => boolean {
  if (targets.length === 0) return () => true;
  const items = sides.flatMap(({ items }) => [...items.values()]);
  const stages = new Set(
    items.flatMap(({ outOf, depOf }) => (outOf === undefined ? depOf : [outOf, ...depOf])),
  );
  const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
  const tests = targets.map((target): ((change: DataChange) => boolean) => {
    if (stages.has(target)) return ({ outOf, depOf }) => outOf === target || depOf.includes(target);
    const path = posix.normalize(projectPath(target)).replace(/(.)\/$/, '$1');
    if (
      path !== '.' &&
      !items.some(({ content }) => isUnder(content.path, path) || isUnder(path, content.path))
    )
      throw new FermentError('USAGE', `There is no stage, dep or out '${target}' on either side.`, {
        hint: 'Targets are stages, deps, outs, folders of them, and files in them.',
      });
    return (change) =>
      path === '.' || isUnder(change.path, path) || isUnder(change.from ?? change.path, path);
  });
  return (change) => tests.some((test) => test(change));
}
