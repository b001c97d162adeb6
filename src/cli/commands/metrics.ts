import {
  createPainter,
  isFermentError,
  prettyJson,
  printLine,
  printWarning,
  type Terminal,
} from '../../kit/index.ts';
import {
  commitSide,
  diffValues,
  directionOf,
  findProject,
  type Labelled,
  type LoadOptions,
  listRevisions,
  openGit,
  parseCondition,
  readMetrics,
  renderDiff,
  renderValues,
  type Side,
  type SideValues,
  sidesOf,
  toJson,
  type ValuesDiff,
  type Verdict,
  violations,
  workspaceSide,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext } from '../program.ts';
import {
  only,
  printRevisions,
  printTable,
  type TableOptions,
  tableOf,
  toleranceOf,
} from '../values-table.ts';

export interface ShowOptions extends TableOptions {
  readonly allBranches?: boolean;
  readonly allTags?: boolean;
  readonly allCommits?: boolean;
}

/** `ferment metrics show [REVISION…]`: of one as a list, of several with a row for each. */
export function showMetrics(
  revisions: readonly string[],
  options: ShowOptions,
  { terminal }: ActionContext,
): void {
  const load = loadOptions(options, terminal);
  const wanted = new Set(revisions);
  const others = listed(load, options).filter((one) => !wanted.has(one));
  const isOne = revisions.length <= 1 && !isListing(options);
  const isWorkspace = revisions.length === 0;
  const read = [
    ...(isWorkspace ? [readSide(workspaceSide(load), options, terminal)] : []),
    ...revisions.map((one) => readSide(commitSide(load, one), options, terminal)),
    ...others.flatMap((one) => readIfPossible(load, one, { options, terminal }) ?? []),
  ];
  if (options.json === true) {
    const json = read.map(({ label, values }) => [label, toJson(values)] as const);
    terminal.stdout.write(prettyJson(isOne ? json[0]?.[1] : Object.fromEntries(json)));
  } else if (read.every(({ values }) => values.size === 0))
    printLine(terminal.stderr, 'No metrics yet: ferment repro makes them.');
  else if (isOne) {
    const [only] = read;
    if (only !== undefined)
      printTable(only.values, (values, path) => renderValues(values, tableOf(options, path)), {
        options,
        terminal,
      });
  } else printRevisions(read, options, terminal);
}

function isListing({ allBranches, allTags, allCommits }: ShowOptions): boolean {
  return allBranches === true || allTags === true || allCommits === true;
}

/** Throws NO_REVISION where there is no git. */
function listed(load: LoadOptions, options: ShowOptions): readonly string[] {
  if (!isListing(options)) return [];
  const { root } = findProject(load.cwd, load.file);
  openGit(root);
  return [
    ...(options.allBranches === true ? listRevisions(root, 'branches') : []),
    ...(options.allTags === true ? listRevisions(root, 'tags') : []),
    ...(options.allCommits === true ? listRevisions(root, 'commits') : []),
  ];
}

function readSide(side: Side, options: ShowOptions, terminal: Terminal): Labelled {
  const read = readMetrics(side);
  printWarnings([read], terminal);
  return { label: side.label, values: only(read.values, options.targets) };
}

/** A branch of another project in the same repository, or a commit from before the pipeline, has nothing to show. */
function readIfPossible(
  load: LoadOptions,
  revision: string,
  { options, terminal }: { readonly options: ShowOptions; readonly terminal: Terminal },
): Labelled | undefined {
  try {
    return readSide(commitSide(load, revision), options, terminal);
  } catch (error) {
    if (!isFermentError(error)) throw error;
    const { message } = isFermentError(error.cause) ? error.cause : error;
    printWarning(terminal, `${revision} is left out: ${message.split('\n')[0]}`);
    return undefined;
  }
}

/** `ferment metrics diff [A] [B]`: A is HEAD unless given, B the workspace. */
export function diffMetrics(
  a: string | undefined,
  b: string | undefined,
  options: TableOptions & { readonly failIf?: readonly string[] },
  { terminal, setExit }: ActionContext,
): void {
  const conditions = (options.failIf ?? []).map(parseCondition);
  const [before, after] = sidesOf(loadOptions(options, terminal), a, b);
  const sides = [readMetrics(before), readMetrics(after)] as const;
  printWarnings(sides, terminal);
  const diff = diffValues(
    only(sides[0].values, options.targets),
    only(sides[1].values, options.targets),
    toleranceOf(options),
  );
  if (options.json === true) terminal.stdout.write(prettyJson(toJson(diff)));
  else if (diff.size > 0) {
    const labels = { kind: 'Metric', before: before.label, after: after.label } as const;
    const direction = directionOf(after.project);
    const paint = createPainter(terminal.stdout, terminal.env);
    const mark = (text: string, verdict: Verdict): string => paint(VERDICT_STYLES[verdict], text);
    const render = (one: ValuesDiff, path: boolean): string =>
      renderDiff(one, labels, { ...tableOf(options, path), direction, mark });
    printTable(diff, render, { options, terminal });
  } else if (options.md !== true) printLine(terminal.stderr, 'No metric differs.');
  const found = violations(diff, conditions);
  for (const line of found) printLine(terminal.stderr, line);
  if (found.length > 0) setExit(1);
}

const VERDICT_STYLES = { better: 'green', worse: 'red' } as const;

function printWarnings(sides: readonly SideValues[], terminal: Terminal): void {
  for (const { warnings } of sides) for (const text of warnings) printWarning(terminal, text);
}
