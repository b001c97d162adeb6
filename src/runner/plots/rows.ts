import { FermentError, messageOf } from '../../kit/index.ts';
import { yamlLibrary } from '../load/lazy.ts';
import { isObject } from '../schema/json-schema.ts';
import { type Cell, parseTable, type Row } from './csv.ts';

/** Kinds of files that hold rows. */
export const DATA_FILE = /\.(csv|tsv|json|ya?ml)$/i;

/**
 * The rows of a data file: CSV, TSV, or JSON and YAML that are a list of mappings, hold such lists somewhere (they
 * are laid side by side, as DVC does), or hold a list for each column. Throws DATA_DAMAGED with what is wrong, as the
 * end of a sentence.
 */
export function parseRows(path: string, text: string, header: boolean): readonly Row[] {
  const clean = text.replace(/^\ufeff/, '');
  if (/\.csv$/i.test(path)) return parseTable(clean, ',', header);
  if (/\.tsv$/i.test(path)) return parseTable(clean, '\t', header);
  const lists = listsIn(parseTree(path, clean));
  const tables = lists.filter(({ list }) => list.length > 0 && list.every(isObject));
  if (tables.length === 0) return columnsAsRows(lists);
  const rows: Map<string, Cell>[] = [];
  for (const { list } of tables) {
    for (const [i, item] of list.entries()) {
      rows[i] ??= new Map();
      for (const [key, value] of Object.entries(isObject(item) ? item : {})) rows[i]?.set(key, asCell(value));
    }
  }
  return rows;
}

function parseTree(path: string, text: string): unknown {
  try {
    // Python writes NaN and Infinity, which are no JSON.
    return /\.json$/i.test(path)
      ? JSON.parse(text.replace(/(?<=[:,[\s])(-?Infinity|NaN)(?=\s*[,\]}])/g, 'null'))
      : yamlLibrary().parse(text);
  } catch (error) {
    throw new FermentError('DATA_DAMAGED', `it cannot be read: ${messageOf(error).split('\n')[0]}`, {
      cause: error,
    });
  }
}

interface Named {
  readonly name: string;
  readonly list: readonly unknown[];
}

/** The lists in nested mappings, in the order of the file. */
function listsIn(node: unknown, name = ''): Named[] {
  if (Array.isArray(node)) return [{ name, list: node }];
  return isObject(node) ? Object.entries(node).flatMap(([key, child]) => listsIn(child, key)) : [];
}

/** `{epoch: [1, 2], loss: [0.5, 0.25]}`: lists of values, equally long. */
function columnsAsRows(lists: readonly Named[]): Row[] {
  const [first] = lists;
  const isTable = first !== undefined && lists.every(({ list }) => list.length === first.list.length);
  if (!isTable || !lists.every(({ list }) => list.every(isScalar)))
    throw new FermentError('DATA_DAMAGED', 'it holds no list of mappings, and no equally long lists');
  return first.list.map(
    (_, i) => new Map(lists.map(({ name, list }) => [name === '' ? '0' : name, asCell(list[i])])),
  );
}

function isScalar(value: unknown): value is Cell {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function asCell(value: unknown): Cell {
  if (isScalar(value)) return value;
  return value === undefined ? null : JSON.stringify(value);
}
