import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import {
  explainWriteError,
  FermentError,
  makeFolder,
  plural,
  prettyJson,
  printLine,
  printWarning,
  type Terminal,
  writeFileAtomic,
} from '../../kit/index.ts';
import {
  commitSide,
  type Figure,
  findProject,
  type PlotOverrides,
  plotsJson,
  readPlots,
  renderPlotsPage,
  type Side,
  workspaceSide,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

interface PlotsOptions extends ProjectOptions, Omit<PlotOverrides, 'header'> {
  readonly targets?: readonly string[];
  readonly header: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly open?: boolean;
}

/** `ferment plots show [TARGET…]`: the charts of the workspace. */
export function showPlots(
  targets: readonly string[],
  options: PlotsOptions,
  { terminal }: ActionContext,
): Promise<void> {
  const side = workspaceSide(loadOptions(options, terminal));
  return present([side], { ...options, targets }, terminal);
}

/** `ferment plots diff [A] [B] [MORE…]`: A is HEAD unless given, B the workspace. */
export function diffPlots(
  revisions: readonly string[],
  options: PlotsOptions,
  { terminal }: ActionContext,
): Promise<void> {
  const load = loadOptions(options, terminal);
  const [a = 'HEAD', ...others] = new Set(revisions);
  const sides = [a, ...others].map((revision) => commitSide(load, revision));
  return present(others.length === 0 ? [...sides, workspaceSide(load)] : sides, options, terminal);
}

async function present(sides: readonly Side[], options: PlotsOptions, terminal: Terminal): Promise<void> {
  const { root } = findProject(terminal.cwd, options.file);
  const targets = (options.targets ?? []).map((target) => inProject(target, root, terminal.cwd));
  const figures = readPlots(sides, { targets, overrides: overridesOf(options) });
  if (options.json === true) {
    terminal.stdout.write(prettyJson(plotsJson(figures)));
    return;
  }
  if (figures.length === 0) {
    printLine(
      terminal.stderr,
      'The pipeline declares no plots: see docs/comparing.md, or name a file to show.',
    );
    return;
  }
  warnOfProblems(figures, terminal);
  const file = writePage(
    renderPlotsPage(
      figures,
      sides.map(({ label }) => label),
    ),
    options.out,
    terminal.cwd,
  );
  printLine(terminal.stdout, relative(terminal.cwd, file) || file);
  if (options.open === true) await openInBrowser(file, terminal);
}

/** Ids that are no path stay as they are. */
function inProject(target: string, root: string, cwd: string): string {
  const path = relative(root, resolve(cwd, target)).replaceAll('\\', '/');
  return existsSync(resolve(cwd, target)) && !path.startsWith('..') ? path : target;
}

function overridesOf(options: PlotsOptions): PlotOverrides {
  const { template, x, y, title, xLabel, yLabel, header } = options;
  return { template, x, y, title, xLabel, yLabel, header: header ? undefined : false };
}

function warnOfProblems(figures: readonly Figure[], terminal: Terminal): void {
  const bad = figures.filter(({ problems }) => problems.length > 0);
  const [first] = bad.flatMap(({ problems }) => problems);
  if (first === undefined) return;
  const rest = bad.length > 1 ? ` (and ${plural(bad.length - 1, 'figure')} more with a problem)` : '';
  printWarning(terminal, `${first}${rest}`);
}

const DEFAULT_FOLDER = 'ferment_plots';

/** Writes the page to an HTML file, or to index.html in a folder. Returns its absolute path. Throws USAGE for another file. */
function writePage(page: string, out: string | undefined, cwd: string): string {
  const target = resolve(cwd, out ?? DEFAULT_FOLDER);
  const isNamedPage = /\.html?$/i.test(target);
  const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? !isNamedPage;
  if (!isFolder && !isNamedPage)
    throw new FermentError('USAGE', `The page would replace a file that is no page: ${out}`, {
      hint: 'After -o name a file that ends in .html, or a folder.',
    });
  const file = isFolder ? join(target, 'index.html') : target;
  try {
    makeFolder(dirname(file));
    // What is made anew each time is nobody's commit.
    if (out === undefined) writeFileAtomic(join(target, '.gitignore'), '*\n', { durable: false });
    writeFileAtomic(file, page, { durable: false });
  } catch (error) {
    throw explainWriteError(error, file);
  }
  return file;
}

async function openInBrowser(file: string, terminal: Terminal): Promise<void> {
  const { execa } = await import('execa');
  const [command = 'xdg-open', ...args] = OPENERS[process.platform] ?? [];
  // It may stay open for hours: only that it cannot be started is of interest.
  const child = execa(command, [...args, file], { detached: true, stdio: 'ignore', cleanup: false });
  child.catch(() => printWarning(terminal, `No browser could be started (${command}): open ${file}`));
  child.unref();
}

/** What opens a page in the user's browser. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
