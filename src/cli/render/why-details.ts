import { escapeControl, indent, isDigest, type Paint, plural, renderTable } from '../../kit/index.ts';
import type { Change, CodeChange, FileChange, Why } from '../../runner/index.ts';
import { textWidth } from '../narrow-table.ts';
import { describeLines, describeValue } from '../reporters/describe.ts';

/** Where an answer is shown. */
export interface View {
  readonly paint: Paint;
  /** Undefined: any number. */
  readonly columns: number | undefined;
}

/** Where the names of what changed begin. */
export const LEAD = 9;

const MOST_DETAILS = 12;

/** The command line by line, the modules of a program, the files of a folder. */
export function detailsOf(change: Change, { code, files }: Why, view: View): string[] {
  const { columns = Number.POSITIVE_INFINITY } = view;
  if (change.kind === 'cmd' && change.name === 'cmd') return commandLines(change, view.paint);
  const rows =
    change.kind === 'code'
      ? code.filter((one) => isPackage(one) === (change.name === 'packages')).map(codeRow)
      : fileRows(files[change.name] ?? [], change.name, columns - LEAD);
  if (rows.length === 0) return [];
  const table = indent(renderTable(rows.slice(0, MOST_DETAILS), { columns: columns - LEAD }), LEAD).split(
    '\n',
  );
  const more = rows.length - MOST_DETAILS;
  return more > 0
    ? [...table, `${' '.repeat(9)}… and ${plural(more, 'file')} more: ferment diff --all`]
    : table;
}

function commandLines({ old, new: now }: Change, paint: Paint): string[] {
  const [before, after] = [String(old ?? '').split('\n'), String(now ?? '').split('\n')];
  const lead = ' '.repeat(9);
  return [
    ...before
      .filter((one) => !after.includes(one))
      .map((one) => paint('red', `${lead}- ${escapeControl(one)}`)),
    ...after
      .filter((one) => !before.includes(one))
      .map((one) => paint('green', `${lead}+ ${escapeControl(one)}`)),
  ];
}

/** Packages have versions, modules digests. */
function isPackage({ old, new: now }: CodeChange): boolean {
  return !isDigest(old ?? now);
}

function codeRow(change: CodeChange): string[] {
  const { name, old, new: now, lines } = change;
  const word = WORDS[change.change];
  if (!isPackage(change)) return [word, escapeControl(name), describeLines(lines)];
  return [word, escapeControl(name), `${describeValue(old)} → ${describeValue(now)}`];
}

/** The files of a folder, by their paths in it where whole paths do not fit: its own stands above them. */
function fileRows(files: readonly FileChange[], folder: string, columns: number): string[][] {
  const inside = files.filter(({ path }) => path !== folder);
  const rows = (cut: (path: string) => string): string[][] =>
    inside.map(({ change, path, from, lines }) => {
      const name = from === undefined ? cut(path) : `${cut(from)} → ${cut(path)}`;
      return [change, escapeControl(name), describeLines(lines)];
    });
  const whole = rows((path) => path);
  if (textWidth(renderTable(whole)) <= columns) return whole;
  return rows((path) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path));
}

const WORDS = { new: 'added', modified: 'modified', deleted: 'deleted' } as const;
