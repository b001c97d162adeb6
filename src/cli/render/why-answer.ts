import { escapeControl, indent, unreachable, widthOf } from '../../kit/index.ts';
import type { Change, Why } from '../../runner/index.ts';
import { foldValues } from '../narrow-table.ts';
import { describeLines, describeValues, verbOf } from '../reporters/describe.ts';
import { detailsOf, LEAD, type View } from './why-details.ts';

/** One stage's changes, a line for each with its details under it, and what repro would do. */
export function renderAnswer(answer: Why, view: View): string {
  const { paint, columns = Number.POSITIVE_INFINITY } = view;
  const lines = [`${paint('cyan', escapeControl(answer.stage))} ${verdict(answer)}`];
  if (answer.changes.some(({ kind }) => kind === 'never-run')) lines.push('  It has no result yet.');
  const shown = answer.changes.filter(({ kind }) => kind !== 'never-run');
  const width = Math.max(0, ...shown.map((change) => widthOf(titleOf(change))));
  const isNarrow = shown.some((one) => LEAD + width + 2 + widthOf(textOf(one, answer)) > columns);
  for (const change of shown) {
    const name = titleOf(change);
    const title = isNarrow ? name : name + ' '.repeat(width - widthOf(name));
    const lead = `  ${paint('dim', kindOf(change).padEnd(5))}  ${change.change === 'deleted' ? paint('red', title) : title}`;
    const text = textOf(change, answer);
    const rest = isNarrow ? belowOrBeside(text, LEAD + widthOf(title), columns) : `  ${text}`;
    lines.push(`${lead}${rest}`.trimEnd(), ...detailsOf(change, answer, view));
  }
  if (answer.notRestorable !== undefined)
    lines.push(`  It is never restored from an earlier run: ${answer.notRestorable}.`);
  return lines.join('\n');
}

/** A text behind so many columns, or where it does not fit there, under them. */
function belowOrBeside(text: string, taken: number, columns: number): string {
  return taken + 2 + widthOf(text) <= columns
    ? `  ${text}`
    : `\n${indent(foldValues(text, columns - LEAD), LEAD)}`;
}

function kindOf({ kind }: Change): string {
  return kind === 'always' ? '' : kind;
}

function titleOf({ kind, name }: Change): string {
  return escapeControl(kind === 'cmd' && name === 'cmd' ? 'command' : name);
}

/** What became of it: values old and new, lines of a text, else a word. */
function textOf(change: Change, { files }: Why): string {
  const { kind, name } = change;
  if (kind === 'always') return 'always runs';
  if (kind === 'cmd' && name === 'cmd') return 'changed:';
  if (kind === 'param' || kind === 'env' || kind === 'name' || kind === 'cmd') {
    return describeValues(change);
  }
  const word = verbOf(change, kind === 'out' ? 'is no longer declared' : 'is no longer a dep');
  const [only] = files[name] ?? [];
  const lines = only?.path === name ? describeLines(only.lines) : '';
  const byHand = kind === 'out' && change.change === 'modified' ? ' since the run, by hand' : '';
  return `${word}${byHand}${lines === '' ? '' : `, ${lines}`}`;
}

function verdict({ next, changes, restoredFrom }: Why): string {
  switch (next) {
    case 'nothing':
      return 'is up to date by itself.';
    case 'restore':
      return restoredFrom === undefined
        ? 'would be restored: this fingerprint succeeded before.'
        : `would be restored from the run of ${localMinute(restoredFrom)}.`;
    case 'run':
      return 'would run.';
    case undefined:
      return changes.length === 0 ? 'is up to date by itself.' : 'is stale; what it needs is not there yet.';
    default:
      return unreachable(next);
  }
}

/** `2026-11-24 15:04`, by the reader's clock. */
function localMinute(iso: string): string {
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
