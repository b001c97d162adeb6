import {
  compareBytes,
  escapeControl,
  formatBytes,
  formatCount,
  indent,
  plural,
  renderMarkdownTable,
  renderTable,
} from '../../kit/index.ts';
import type { StageName } from '../model.ts';
import type { DataChange, DataDiff } from './compare-data.ts';
import { shownPath, withSlash } from './json.ts';

export interface RenderDataOptions {
  /** True: every file, however many. Else of a dep or out that has many changed files, the first ones. */
  readonly all?: boolean;
  /** How wide the text may be for rows to stand in columns; any width unless given. */
  readonly columns?: number | undefined;
  /** Colours a heading. */
  readonly heading?: (text: string, change: DataChange['change'] | 'stage' | 'lost') => string;
}

/** Of one folder, so many files are listed in one group. */
const MOST_FILES = 12;

const GROUPS = ['added', 'deleted', 'renamed', 'modified'] as const;

/** What differs in DVC's groups, with sizes, and a line that sums up; empty when nothing differs. */
export function renderDataDiff(diff: DataDiff, options: RenderDataOptions = {}): string {
  const heading = options.heading ?? ((text: string) => text);
  const groups = GROUPS.flatMap((group) => {
    const changes = diff.changes.filter(({ change }) => change === group);
    if (changes.length === 0) return [];
    const title = heading(`${group.charAt(0).toUpperCase()}${group.slice(1)}:`, group);
    return [`${title}\n${renderRows(changes, options)}`];
  });
  if (diff.notStored.length > 0) {
    const paths = diff.notStored.map((path) => `    ${escapeControl(path)}`);
    groups.push([heading('Not in the store:', 'lost'), ...paths].join('\n'));
  }
  if (diff.changes.length > 0) groups.push(summaryOf(diff));
  return groups.join('\n\n');
}

/** The same under the stages that read and write: what changes of each of them. A path that several use is under each. */
export function renderDataDiffByStage(diff: DataDiff, options: RenderDataOptions = {}): string {
  const heading = options.heading ?? ((text: string) => text);
  const stages = [...new Set(diff.changes.flatMap((one) => stagesOf(one)))].sort(compareBytes);
  const blocks = stages.map((stage) => {
    const own = diff.changes.filter((one) => stagesOf(one).includes(stage));
    const rows = limited(own, options.all === true).map((row) =>
      typeof row === 'string'
        ? ['', '', row]
        : [row.outOf === stage ? 'out' : 'dep', row.change, nameOf(row), ...sizesOf(row)],
    );
    return `${heading(escapeControl(stage), 'stage')}\n${indent(renderTable(rows, { columns: within(options, 2) }), 2)}`;
  });
  return [...blocks, ...(diff.changes.length === 0 ? [] : [summaryOf(diff)])].join('\n\n');
}

/** A GitHub table as DVC's, with sizes. Every file is in it. */
export function renderDataDiffMarkdown(diff: DataDiff): string {
  const rows = GROUPS.flatMap((group) =>
    diff.changes
      .filter(({ change }) => change === group)
      .map((one) => [group, nameOf(one), sizesOf(one).join(' ').trim()]),
  );
  const lost = diff.notStored.map((path) => ['not in the store', escapeControl(path), '']);
  const table = [['Status', 'Path', 'Size'], ...rows, ...lost];
  return renderMarkdownTable(table, { literal: true });
}

function stagesOf({ outOf, depOf }: DataChange): readonly StageName[] {
  return outOf === undefined ? depOf : [outOf, ...depOf.filter((stage) => stage !== outOf)];
}

function renderRows(changes: readonly DataChange[], options: RenderDataOptions): string {
  const rows = limited(changes, options.all === true).map((row) =>
    typeof row === 'string' ? [row] : [nameOf(row), ...sizesOf(row)],
  );
  return indent(renderTable(rows, { columns: within(options, 4) }), 4);
}

function within({ columns }: RenderDataOptions, indented: number): number | undefined {
  return columns === undefined ? undefined : columns - indented;
}

/** The changes in their order; in place of the files of a folder beyond the first ones, how many there are. */
function limited(changes: readonly DataChange[], all: boolean): readonly (DataChange | string)[] {
  if (all) return changes;
  const files = new Map<string, DataChange[]>();
  for (const one of changes) {
    if (one.path === one.item) continue;
    const siblings = files.get(one.item);
    if (siblings === undefined) files.set(one.item, [one]);
    else siblings.push(one);
  }
  const shown = new Set([...files.values()].flatMap((each) => each.slice(0, MOST_FILES)));
  return changes.flatMap((one): (DataChange | string)[] => {
    const siblings = files.get(one.item) ?? [];
    if (one.path === one.item || shown.has(one)) return [one];
    if (one !== siblings[MOST_FILES]) return [];
    const item = escapeControl(one.item);
    return [`… and ${formatCount(siblings.length - MOST_FILES)} more in ${item}/`];
  });
}

function nameOf(change: DataChange): string {
  const path = escapeControl(shownPath(change));
  return change.from === undefined ? path : `${escapeControl(withSlash(change.from, change))} → ${path}`;
}

/** Size and what else is worth a word, as cells. */
function sizesOf(change: DataChange): string[] {
  const { old, new: now, filesUnknown } = change;
  const isChanged = change.change === 'modified' && old !== undefined && now !== undefined;
  const size = isChanged ? between(old.size, now.size, formatBytes) : formatBytes((now ?? old)?.size ?? 0);
  const notes = [
    (now ?? old)?.kind === 'dir' ? filesNote(change) : '',
    isChanged && old.kind !== now.kind ? `was a ${old.kind === 'dir' ? 'folder' : 'file'}` : '',
    isChanged && old.digest === now.digest ? modeNote(now.executable) : '',
    filesUnknown === true && change.change === 'modified' ? 'files unknown' : '',
  ].filter((note) => note !== '');
  return [size, notes.join(', ')];
}

function modeNote(executable: boolean | undefined): string {
  return executable === true ? 'now executable' : 'no longer executable';
}

function filesNote({ change, old, new: now }: DataChange): string {
  if (change !== 'modified' || old?.files === now?.files || old?.kind === 'file')
    return plural((now ?? old)?.files ?? 0, 'file');
  return `${between(old?.files ?? 0, now?.files ?? 0, formatCount)} files`;
}

function between(old: number, now: number, format: (n: number) => string): string {
  const [before, after] = [format(old), format(now)];
  return before === after ? after : `${before} → ${after}`;
}

/** `files summary: 1 added, 4 modified, +3.1 MB`: what stands in folders counts by its files. */
function summaryOf({ changes }: DataDiff): string {
  const counted = changes.filter((one) => {
    const { kind } = one.new ?? one.old ?? {};
    return kind === 'file' || one.filesUnknown === true || one.change === 'renamed';
  });
  const isFolder = (one: DataChange): boolean => (one.new ?? one.old)?.kind === 'dir';
  const files = GROUPS.flatMap((group) => {
    const n = counted
      .filter((one) => one.change === group && one.filesUnknown !== true)
      .reduce((sum, one) => sum + (isFolder(one) ? ((one.new ?? one.old)?.files ?? 0) : 1), 0);
    return n === 0 ? [] : [`${formatCount(n)} ${group}`];
  });
  const unknown = counted.filter(({ filesUnknown }) => filesUnknown === true).length;
  if (unknown > 0) files.push(`unknown in ${plural(unknown, 'folder')}`);
  const grown = counted.reduce((sum, { old, new: now }) => sum + (now?.size ?? 0) - (old?.size ?? 0), 0);
  const size = grown === 0 ? [] : [`${grown > 0 ? '+' : '−'}${formatBytes(Math.abs(grown))}`];
  return `files summary: ${[...files, ...size].join(', ')}`;
}
