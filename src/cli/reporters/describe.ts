import {
  escapeControl,
  formatCount,
  formatDuration,
  isDigest,
  plural,
  shortDigest,
  someOf,
} from '../../kit/index.ts';
import type { Change, InputChange, LineCounts, Outcome, Summary } from '../../runner/index.ts';

/** One reason in a few words: `params.yaml:train.lr 0.1 → 0.2`, `src/a.py changed`. */
export function describeChange(change: Change): string {
  const name = escapeControl(change.name);
  switch (change.kind) {
    case 'never-run':
      return 'no result yet';
    case 'always':
      return name === '--force' ? 'forced' : 'always runs';
    case 'cmd':
      return `${name === 'wdir' ? 'wdir' : 'command'} changed`;
    case 'graph':
      return 'the graph changed';
    case 'out':
      return `out ${name} ${verbOf(change, 'is no longer declared')}`;
    case 'code':
      return `${name === 'packages' ? name : `code of ${name}`} ${verbOf(change)}`;
    case 'param':
    case 'env':
    case 'name':
      return `${name} ${describeValues(change)}`;
    case 'dep':
      return `${name} ${verbOf(change, 'is no longer a dep')}`;
  }
}

/** `+4 −1`: lines that came and went. */
export function describeLines(lines: LineCounts | undefined): string {
  return lines === undefined ? '' : `+${formatCount(lines.added)} −${formatCount(lines.deleted)}`;
}

/** What became of a path: `changed`, `is new`, `is missing`, or that it is no longer declared. */
export function verbOf({ change, declared }: Change, undeclared = 'is missing'): string {
  if (change === 'deleted') return declared === false ? undeclared : 'is missing';
  return change === 'modified' ? 'changed' : 'is new';
}

/**
 * `0.1 → 0.2`: the old and new value of a param (text in quotes: "1" is not 1), a variable or a folder.
 */
export function describeValues({ kind, change, old, new: now }: Change): string {
  // Of a parameter that never was there, there is no value to show.
  if (kind === 'param' && change === 'deleted' && old === undefined) return 'is missing';
  return `${describeSide(kind, old)} → ${describeSide(kind, now)}`;
}

function describeSide(kind: Change['kind'], value: unknown): string {
  if (kind === 'env' && (value === undefined || value === null)) return 'unset';
  if (value === undefined) return 'none';
  return kind === 'param' ? shorten(JSON.stringify(value)) : shorten(escapeControl(String(value)));
}

const LONGEST = 48;

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** A value of a change for `why`: digests by their first characters, other values as JSON. */
export function describeValue(value: unknown): string {
  if (value === undefined) return '-';
  if (isDigest(value)) return shortDigest(value);
  return typeof value === 'string' ? shorten(escapeControl(value)) : shorten(JSON.stringify(value));
}

/** The first reasons, and how many more there are; of a stage that never ran, only that. */
export function describeReasons(all: readonly Change[], most = 2): string {
  const neverRun = all.find(({ kind }) => kind === 'never-run');
  const reasons = neverRun === undefined ? all : [neverRun];
  return someOf(reasons.map(describeChange), most);
}

/** The order in which outcomes are counted up. */
const OUTCOME_ORDER: readonly Outcome[] = [
  'ran',
  'restored',
  'unchanged',
  'frozen',
  'failed',
  'blocked',
  'cancelled',
];

/** `4 ran, 22 unchanged in 34.2 s`, or that there was nothing to do. */
function describeSummary(summary: Summary): string {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of summary.stages.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const time = formatDuration(summary.seconds * 1000);
  const total = summary.stages.size;
  if (summary.ok && [...counts.keys()].every((outcome) => outcome === 'unchanged' || outcome === 'frozen')) {
    return total === 0
      ? 'Nothing to do: the pipeline has no stages.'
      : `Nothing to do: ${plural(total, 'stage')} up to date (${time}).`;
  }
  const parts = OUTCOME_ORDER.flatMap((outcome) => {
    const count = counts.get(outcome);
    return count === undefined ? [] : [`${count} ${outcome}`];
  });
  return `${parts.join(', ')} in ${time}.`;
}

/** The last line: what was done, or, for a plan, what would be. */
export function describeEnd(summary: Summary): string {
  return summary.dry ? describePlan(summary) : describeSummary(summary);
}

function describePlan(summary: Summary): string {
  const outcomes = [...summary.stages.values()].map(({ outcome }) => outcome);
  const count = (outcome: Outcome): number => outcomes.filter((one) => one === outcome).length;
  const parts: readonly (readonly [number, string])[] = [
    [count('ran'), 'would run'],
    [count('restored'), 'would be restored'],
    [count('unchanged') + count('frozen'), 'would stay'],
    [count('failed'), 'would fail'],
    [count('blocked'), 'would be blocked'],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`);
  return `${said.join(', ') || 'Nothing to do'}. Nothing was run.`;
}

/** What changed while a pipeline was watched, in one line: `params.yaml changed, data/x.csv is new and 3 more`. */
export function describeInputChanges(changes: readonly InputChange[], most = 3): string {
  const words = { new: 'is new', modified: 'changed', deleted: 'is gone' } as const;
  return someOf(
    changes.map(({ path, change }) => `${escapeControl(path)} ${words[change]}`),
    most,
  );
}
