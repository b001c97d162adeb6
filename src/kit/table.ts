import { widthOf } from './width.ts';

export interface TableOptions {
  /** Columns whose cells stand at the right edge (numbers). */
  readonly right?: readonly number[];
  /** How wide it may be; a wider table has its cells two spaces apart, in no columns. Any width unless given. */
  readonly columns?: number | undefined;
}

/** A plain table: columns two spaces apart, header underlined by nothing, no trailing blanks. */
export function renderTable(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const widths = columnWidths(rows);
  const right = new Set(options.right ?? []);
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  if (total > (options.columns ?? Number.POSITIVE_INFINITY))
    return rows.map((row) => row.filter((cell) => cell !== '').join('  ')).join('\n');
  return rows
    .map((row) =>
      widths
        .map((width, i) => pad(row[i] ?? '', width, right.has(i)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export interface MarkdownTableOptions extends Pick<TableOptions, 'right'> {
  /** True: cells are foreign text and are shown as they are; else they are Markdown. */
  readonly literal?: boolean;
}

/** The same rows as a GitHub table; the first row is the header. Pipes and line breaks in cells are escaped. */
export function renderMarkdownTable(
  rows: readonly (readonly string[])[],
  options: MarkdownTableOptions = {},
): string {
  const show = options.literal === true ? literalMarkdown : (cell: string): string => cell;
  const escaped = rows.map((row) =>
    row.map((cell) => show(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')),
  );
  const right = new Set(options.right ?? []);
  const [header = [], ...body] = escaped;
  const rule = header.map((_, i) => (right.has(i) ? '---:' : '---'));
  return [header, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Foreign text as it is in Markdown: what would be taken for markup there is escaped; `a_b` and `a < b` stay. */
export function literalMarkdown(text: string): string {
  return text
    .replace(/\\(?=[!-/:-@[-`{-~])/g, '\\\\')
    .replace(/[`*]|\](?=[[(])|<(?=[a-z/!?])|&(?=#?\w+;)|~(?=~)|(?<![a-z\d])_|_(?![a-z\d])/gi, '\\$&')
    .replace(/\s*\n\s*/g, ' ');
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
    });
  }
  return widths;
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(width - widthOf(text));
  return right ? blanks + text : text + blanks;
}
