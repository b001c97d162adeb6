import { FermentError } from '../../../kit/index.ts';
import { readLines } from '../raw/csv-lines.ts';
import type { FaceBox } from './candidate.ts';

/** The columns of AffectNet's lists, in the order that a file without a header has. */
const COLUMNS = [
  'subDirectory_filePath',
  'face_x',
  'face_y',
  'face_width',
  'face_height',
  'facial_landmarks',
  'expression',
  'valence',
  'arousal',
] as const;

/** One line of an annotation list. */
export interface Annotation {
  /** `689/abc.jpg`. */
  readonly path: string;
  /** AffectNet's expression code, 0 to 10. */
  readonly code: number;
  /** In pixels of the image; undefined where the line has none. */
  readonly face: FaceBox | undefined;
}

/**
 * Reads an annotation list, line by line. Files without a header (validation.csv of some releases) have the columns
 * in their usual order. Throws DATA_LAYOUT for another header, DATA_DAMAGED for the first bad line, with its number.
 */
export async function* readAnnotations(
  stream: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Annotation> {
  let columns: ReadonlyMap<string, number> | undefined;
  for await (const { number, bytes } of readLines(stream)) {
    const cells = cellsOf(bytes);
    if (columns === undefined) {
      const header = headerOf(cells, name);
      columns = header ?? new Map(COLUMNS.map((column, i) => [column, i]));
      if (header !== undefined) continue;
    }
    if (bytes.length > 0) yield parseLine(cells, columns, `${name}:${number}`);
  }
  if (columns === undefined) throw badHeader(name, 'an empty file');
}

/** Cells without blanks and quotes; AffectNet's own have no commas inside, their landmarks are parted by semicolons. */
function cellsOf(line: Buffer): readonly string[] {
  const text = line.toString('utf8').replace(/^\ufeff/, '');
  return text.split(',').map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

function headerOf(names: readonly string[], name: string): ReadonlyMap<string, number> | undefined {
  if (names.includes(COLUMNS[0]) && names.includes('expression'))
    return new Map(names.map((column, i) => [column, i]));
  if (names.length === COLUMNS.length && /\.\w+$/.test(names[0] ?? '')) return undefined;
  throw badHeader(name, names.join(',').slice(0, 80));
}

function badHeader(name: string, received: string): FermentError {
  return new FermentError(
    'DATA_LAYOUT',
    `${name}:1: the columns of AffectNet's lists were expected (${COLUMNS.join(', ')}). Received: ${received}`,
    { hint: 'Remove other CSV files from the folder that inject.path names.' },
  );
}

function parseLine(cells: readonly string[], columns: ReadonlyMap<string, number>, at: string): Annotation {
  const cell = (name: (typeof COLUMNS)[number]): string => cells[columns.get(name) ?? -1] ?? '';
  const path = cell('subDirectory_filePath');
  const code = cell('expression');
  if (path === '' || !/^(\d|10)$/.test(code)) {
    throw new FermentError(
      'DATA_DAMAGED',
      `${at}: a path and an expression code from 0 to 10 were expected. Received: '${path}' and '${code}'.`,
      { hint: 'Get the list again; a copy that was cut short cannot be trusted.' },
    );
  }
  const [left = 0, top = 0, width = 0, height = 0] = (
    ['face_x', 'face_y', 'face_width', 'face_height'] as const
  ).map((name) => Number(cell(name)));
  const usable = [left, top, width, height].every(Number.isFinite) && width >= 1 && height >= 1;
  return { path, code: Number(code), face: usable ? { left, top, width, height } : undefined };
}
