import {
  createPainter,
  escapeControl,
  indent,
  plural,
  prettyJson,
  printLine,
  printWarning,
  type Terminal,
  widthOf,
} from '../../kit/index.ts';
import { type Change, loadProject, status as readStatus, type StatusResult } from '../../runner/index.ts';
import { commandLike, loadOptions } from '../load-options.ts';
import { columnsOf, foldValues } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeChange, describeValues } from '../reporters/describe.ts';

interface StatusOptions extends ProjectOptions {
  readonly without?: readonly string[];
  readonly json?: boolean;
  readonly exitCode?: boolean;
}

/** `ferment status`: stages whose own declared state differs from their last success. */
export async function status(
  targets: readonly string[],
  options: StatusOptions,
  { terminal, setExit }: ActionContext,
): Promise<void> {
  const { without } = options;
  const result = await readStatus(loadProject(loadOptions(options, terminal)), {
    targets,
    without,
    singleItem: targets.length > 0,
    warn: (text) => printWarning(terminal, text),
  });
  if (options.exitCode === true && result.stale.size > 0) setExit(1);
  if (options.json === true) {
    terminal.stdout.write(prettyJson(Object.fromEntries(result.stale)));
    return;
  }
  const repro = commandLike(options, 'repro', ...(without ?? []).flatMap((target) => ['--without', target]));
  printLine(terminal.stdout, describeStale(result, repro, terminal));
}

function describeStale({ stages, stale }: StatusResult, repro: string, terminal: Terminal): string {
  if (stale.size === 0) return 'Everything is up to date.';
  const isNew = (changes: readonly Change[]): boolean => changes.some(({ kind }) => kind === 'never-run');
  const known = [...stale].filter(([, changes]) => !isNew(changes));
  const fresh = [...stale].flatMap(([name, changes]) => (isNew(changes) ? escapeControl(name) : []));
  if (fresh.length === stages.length)
    return `There is no result yet (${plural(stages.length, 'stage')}). Begin with: ${repro}`;
  const paint = createPainter(terminal.stdout, terminal.env);
  const lines = known.flatMap(([name, changes]) => [
    paint('cyan', escapeControl(name)),
    ...changes.map((change) => foldChange(change, columnsOf(terminal))),
  ]);
  if (fresh.length > 0) lines.push(paint('cyan', 'No result yet'), ...fresh.map((name) => `  ${name}`));
  return [...lines, '', `What would run: ${repro} --dry`].join('\n');
}

/** One change on one line, or, of a value, on lines of their own what it is, was and is now. */
function foldChange(change: Change, columns = Number.POSITIVE_INFINITY): string {
  const line = `  ${describeChange(change)}`;
  if (widthOf(line) <= columns || (change.kind !== 'param' && change.kind !== 'env')) return line;
  const values = indent(foldValues(describeValues(change), columns - 4), 4);
  return `  ${escapeControl(change.name)}\n${values}`;
}
