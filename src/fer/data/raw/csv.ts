import { FermentError } from '../../../kit/index.ts';
import { CLASSES, type ClassName } from '../../params/index.ts';
import { IMAGE_PIXELS } from '../dataset.ts';
import { packingOf } from '../tree/index.ts';
import { readLines } from './csv-lines.ts';

/** The codes 0 to 6 of FER2013's CSV, which are not in the order of the folders. */
const EMOTIONS: readonly ClassName[] = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
const USAGES = ['Training', 'PublicTest', 'PrivateTest'] as const;
export type Usage = (typeof USAGES)[number];

/** One row of FER2013's CSV. */
export interface CsvImage {
  readonly usage: Usage;
  /** Index into CLASSES. */
  readonly label: number;
  /** Number of the row, from 1, the header not counted. */
  readonly row: number;
  /** Gray, 48 x 48. */
  readonly pixels: Uint8Array;
}

type Columns = Readonly<Record<'emotion' | 'pixels' | 'usage', number>>;

/** So many bad lines are named. */
const MAX_PROBLEMS = 20;

/**
 * Reads `fer2013.csv` (`emotion,pixels,Usage`) or `icml_face_data.csv` (`emotion, Usage, pixels`) from a stream, row
 * by row; columns are found by their names. Throws DATA_LAYOUT for another header, and at the end DATA_DAMAGED with
 * every bad line (at most 20 of them) and its number.
 */
export async function* readFerCsv(stream: AsyncIterable<Buffer>, name: string): AsyncGenerator<CsvImage> {
  const problems: string[] = [];
  let columns: Columns | undefined;
  let row = 0;
  for await (const { number, bytes } of readLines(stream)) {
    if (columns === undefined) {
      columns = parseHeader(bytes, name);
      continue;
    }
    if (bytes.length === 0) continue;
    row++;
    const image = parseRow(bytes, columns, row);
    if (typeof image !== 'string') yield image;
    else if (problems.push(`${name}:${number}: ${image}`) === MAX_PROBLEMS) break;
  }
  if (columns === undefined) throw badHeader(name, 'an empty file');
  if (problems.length > 0) {
    const more = problems.length === MAX_PROBLEMS ? '\n(and perhaps more)' : '';
    throw new FermentError('DATA_DAMAGED', `${problems.join('\n')}${more}`, {
      hint: 'Get the file again; a copy that was edited or cut short cannot be trusted.',
    });
  }
}

function parseHeader(line: Buffer, name: string): Columns {
  const packing = packingOf(line);
  if (packing !== undefined) throw packed(name, packing);
  const text = line.toString('utf8');
  const names = text
    .replace(/^\ufeff/, '')
    .split(',')
    .map((cell) => unquote(cell).toLowerCase());
  const columns = {
    emotion: names.indexOf('emotion'),
    pixels: names.indexOf('pixels'),
    usage: names.indexOf('usage'),
  };
  if (names.length !== 3 || Object.values(columns).includes(-1)) throw badHeader(name, text.slice(0, 80));
  return columns;
}

function packed(name: string, packing: string): FermentError {
  return new FermentError('DATA_LAYOUT', `${name} must be a CSV. Received: ${packing}.`, {
    hint: 'Unpack it first, or for a zip archive: -S download.source=zip',
  });
}

function badHeader(name: string, received: string): FermentError {
  return new FermentError(
    'DATA_LAYOUT',
    `${name}:1: the columns emotion, pixels and Usage were expected, in any order. Received: ${received}`,
    { hint: 'The known files are fer2013.csv and icml_face_data.csv (docs/data.md).' },
  );
}

function unquote(cell: string): string {
  return cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
}

/** The image, or what is wrong with the line. */
function parseRow(line: Buffer, columns: Columns, row: number): CsvImage | string {
  const cells = splitCells(line);
  if (cells.length !== 3) return `3 cells were expected. Received: ${cells.length}`;
  const cell = (name: keyof Columns): Buffer => cells[columns[name]] ?? Buffer.alloc(0);
  const code = unquote(cell('emotion').toString('latin1'));
  const emotion = /^[0-6]$/.test(code) ? EMOTIONS[Number(code)] : undefined;
  if (emotion === undefined) return `an emotion from 0 to 6 was expected. Received: '${code.slice(0, 20)}'`;
  const usageText = unquote(cell('usage').toString('latin1'));
  const usage = USAGES.find((known) => known.toLowerCase() === usageText.toLowerCase());
  if (usage === undefined)
    return `Usage ${USAGES.join(', ')} was expected. Received: '${usageText.slice(0, 20)}'`;
  const pixels = parsePixels(cell('pixels'));
  return typeof pixels === 'string' ? pixels : { usage, label: CLASSES.indexOf(emotion), row, pixels };
}

function splitCells(line: Buffer): Buffer[] {
  const cells: Buffer[] = [];
  let start = 0;
  for (let end = line.indexOf(','); end >= 0; end = line.indexOf(',', start)) {
    cells.push(line.subarray(start, end));
    start = end + 1;
  }
  cells.push(line.subarray(start));
  return cells;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;

/** 2,304 numbers from 0 to 255 with blanks between; read byte by byte, for the file has 80 million of them. */
function parsePixels(cell: Buffer): Uint8Array | string {
  const pixels = new Uint8Array(IMAGE_PIXELS);
  let count = 0;
  let value = -1;
  const close = (): void => {
    if (value < 0) return;
    if (count < IMAGE_PIXELS) pixels[count] = value;
    count++;
    value = -1;
  };
  for (const byte of cell) {
    if (byte >= ZERO && byte <= NINE) {
      value = (value < 0 ? 0 : value * 10) + byte - ZERO;
      if (value > 255) return `pixels from 0 to 255 were expected. Received: ${value} or more`;
    } else if (byte === SPACE || byte === QUOTE) {
      close();
    } else {
      return `pixels are whole numbers. Received: '${String.fromCharCode(byte)}'`;
    }
  }
  close();
  if (count !== IMAGE_PIXELS) return `${IMAGE_PIXELS} pixels were expected. Received: ${count}`;
  return pixels;
}
