import { FermentError, plural } from '../../kit/index.ts';

/**
 * The cells of a CSV or TSV as RFC 4180 has them: quotes hold separators and line breaks, `""` is a quote. Lines may
 * end with CR LF; empty ones are passed over. Throws DATA_DAMAGED for a quote that never ends.
 */
export function parseCells(text: string, separator: ',' | '\t'): string[][] {
  const rows: string[][] = [];
  const pattern = separator === ',' ? CSV_CELL : TSV_CELL;
  pattern.lastIndex = 0;
  let row: string[] = [];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const [, cell = '"', end] = pattern.exec(text) ?? [];
    row.push(unquoted(cell) ?? unclosed(text, at));
    const isLast = pattern.lastIndex === text.length;
    if (end === separator && !isLast) continue;
    if (end === separator) row.push('');
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** A cell and what ends it. */
const CSV_CELL = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|\r|$)/y;
const TSV_CELL = /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r?\n|\r|$)/y;

function unquoted(cell: string): string | undefined {
  if (!cell.startsWith('"')) return cell.trim();
  return cell.length > 1 && cell.endsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : undefined;
}

function unclosed(text: string, at: number): never {
  const line = text.slice(0, at).split('\n').length;
  throw new FermentError('DATA_DAMAGED', `line ${line} has a quote that is not closed, or text after one`);
}

/** A value of a table. */
export type Cell = string | number | boolean | null;

/** A row by its columns. */
export type Row = ReadonlyMap<string, Cell>;

/** Rows by column. Throws DATA_DAMAGED where a row has more or fewer cells than the header. */
export function parseTable(text: string, separator: ',' | '\t', header: boolean): Row[] {
  const rows = parseCells(text, separator);
  const first = rows[0] ?? [];
  const names = header ? first : first.map((_, i) => String(i));
  return (header ? rows.slice(1) : rows).map((cells, i) => {
    if (cells.length !== names.length) {
      const number = i + (header ? 2 : 1);
      throw new FermentError(
        'DATA_DAMAGED',
        `row ${number} has ${plural(cells.length, 'cell')}, the first one ${plural(names.length, 'cell')}`,
      );
    }
    return new Map(names.map((name, column) => [name, asCell(cells[column] ?? '')]));
  });
}

/** What a cell's text says: a number where it is one, nothing where it is empty. */
function asCell(text: string): Cell {
  if (text === '') return null;
  const n = Number(text);
  return Number.isFinite(n) && !/^0[xob]/i.test(text) ? n : text;
}
