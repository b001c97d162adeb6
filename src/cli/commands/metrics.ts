import { isFermentError, prettyJson, printLine, printWarning, type Terminal } from '../../kit/index.ts';
import {
  commitSide,
  findProject,
  type Labelled,
  type LoadOptions,
  listRevisions,
  openGit,
  readMetrics,
  renderValues,
  type Side,
  type SideValues,
  toJson,
  workspaceSide,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext } from '../program.ts';
import {
  isWanted,
  only,
  printRevisions,
  printTable,
  type TableOptions,
  tableOf,
  wantedFiles,
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
  const sides = [
    ...(isWorkspace ? [readSide(workspaceSide(load))] : []),
    ...revisions.map((one) => readSide(commitSide(load, one))),
    ...others.flatMap((one) => readIfPossible(load, one, terminal) ?? []),
  ];
  const targets = wantedFiles(options, sides, terminal);
  printWarnings(sides, targets, terminal);
  const read = sides.map(({ label, values }) => ({ label, values: only(values, targets) }));
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

function readSide(side: Side): Labelled & SideValues {
  return { label: side.label, ...readMetrics(side) };
}

/** A branch of another project in the same repository, or a commit from before the pipeline, has nothing to show. */
function readIfPossible(
  load: LoadOptions,
  revision: string,
  terminal: Terminal,
): (Labelled & SideValues) | undefined {
  try {
    return readSide(commitSide(load, revision));
  } catch (error) {
    if (!isFermentError(error)) throw error;
    const { message } = isFermentError(error.cause) ? error.cause : error;
    printWarning(terminal, `${revision} is left out: ${message.split('\n')[0]}`);
    return undefined;
  }
}

/** Says which of the wanted files of sides could not be read or understood. */
export function printWarnings(
  sides: readonly SideValues[],
  wanted: readonly string[] | undefined,
  terminal: Terminal,
): void {
  const texts = sides.flatMap(({ unreadable }) => [...unreadable].filter(([file]) => isWanted(file, wanted)));
  for (const text of new Set(texts.map(([, text]) => text))) printWarning(terminal, text);
}
