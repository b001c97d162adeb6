import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import sharp from 'sharp';
import {
  element,
  FermentError,
  label,
  makeFolder,
  messageOf,
  someOf,
  writeFileAtomic,
} from '../../kit/index.ts';
import { mendJpeg, openImage } from '../images/index.ts';
import type { Answer } from './answer-files.ts';

/** Small pictures are enlarged to this on the shorter side, so that a label can be read. */
const LEAST_SIDE = 240;
/** No drawing is longer, whatever that leaves of the shorter side: what draws the marks ends at 32,767 pixels. */
const MOST_SIDE = 16_384;
/** Of bold capitals and small letters, in parts of their size; rather too wide. */
const LETTER_WIDTH = 0.65;
/** Orange of the palette of Okabe and Ito, with black beside it: seen on any picture. */
const BOX_COLOR = '#e69f00';

const MOST_NAMED = 5;
/** In the EXIF data of each drawing: what has it may be written over. */
const MAKER = 'fer predict --annotate';

/**
 * Writes a PNG of each picture with the squares that were answered and the first answer of each into a folder, named
 * as the picture; pictures of one name in several folders are numbered. Earlier drawings are replaced.
 * Throws USAGE, and writes nothing, where a name is that of any other file.
 */
export async function annotateFiles(answers: readonly Answer[], folder: string): Promise<void> {
  const byFile = new Map<string, Answer[]>();
  for (const answer of answers) byFile.set(answer.file, [...(byFile.get(answer.file) ?? []), answer]);
  const taken = new Set<string>();
  const drawings = [...byFile].map(([file, own]) => {
    const path = join(folder, freeName(basename(file, extname(file)), taken));
    return { file, answers: own, path };
  });
  await refuseOthers(drawings.map(({ path }) => path));
  makeFolder(folder);
  for (const drawing of drawings)
    writeFileAtomic(drawing.path, await annotate(drawing.file, drawing.answers));
}

async function refuseOthers(paths: readonly string[]): Promise<void> {
  const others: string[] = [];
  for (const path of paths) if (existsSync(path) && !(await isDrawing(path))) others.push(path);
  if (others.length === 0) return;
  throw new FermentError(
    'USAGE',
    `Drawings are named as the pictures, and would take the place of what is there: ${someOf(others, MOST_NAMED)}.`,
    { hint: 'Name another folder for --annotate: a new one, or one with earlier drawings.' },
  );
}

async function isDrawing(path: string): Promise<boolean> {
  const { exif } = await sharp(path)
    .metadata()
    .catch(() => ({ exif: undefined }));
  return exif?.includes(MAKER) === true;
}

function freeName(stem: string, taken: Set<string>): string {
  let name = `${stem}.png`;
  for (let n = 2; taken.has(name); n++) name = `${stem}-${n}.png`;
  taken.add(name);
  return name;
}

async function annotate(file: string, answers: readonly Answer[]): Promise<Buffer> {
  try {
    return await draw(readFileSync(file), answers);
  } catch (error) {
    throw new FermentError('BAD_IMAGE', `Cannot draw on ${file}: ${messageOf(error)}.`, {
      hint: 'A picture is read again for its drawing: name a file that stays as it is, no pipe.',
      cause: error,
    });
  }
}

async function draw(bytes: Buffer, answers: readonly Answer[]): Promise<Buffer> {
  const upright = await openImage(mendJpeg(bytes) ?? bytes)
    .autoOrient()
    .png()
    .toBuffer();
  const { width, height } = await sharp(upright).metadata();
  const wanted = Math.max(1, LEAST_SIDE / Math.min(width, height));
  const scale = Math.min(wanted, MOST_SIDE / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
  const marks = answers.map((answer) => markOf(answer, { width, height, scale }));
  const svg = element('svg', { xmlns: 'http://www.w3.org/2000/svg', width: w, height: h }, ...marks);
  const image = sharp(upright).resize(w, h, { fit: 'fill' }).toColourspace('srgb');
  return image
    .composite([{ input: Buffer.from(svg) }])
    .withExif({ IFD0: { Software: MAKER } })
    .png()
    .toBuffer();
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

function markOf({ face, class: name, probabilities }: Answer, { width, height, scale }: Frame): string {
  const side = Math.min(width, height);
  const square = face ?? { left: (width - side) / 2, top: (height - side) / 2, side };
  const [x, y, size] = [square.left * scale, square.top * scale, square.side * scale];
  const line = Math.max(2, (Math.min(width, height) * scale) / 200);
  const text = Math.max(14, size / 10);
  const words = `${name} ${(100 * (probabilities[name] ?? 0)).toFixed(0)} %`;
  const within = { x: x + line, y: y + line, width: size - 2 * line, height: size - 2 * line, fill: 'none' };
  return [
    element('rect', { ...within, stroke: '#000', 'stroke-width': 2 * line }),
    element('rect', { ...within, stroke: BOX_COLOR, 'stroke-width': line }),
    label(words, {
      x: between(x + 2 * line + text / 4, text / 4, width * scale - LETTER_WIDTH * text * words.length),
      y: between(y + size - 2 * line - text / 3, text, height * scale - text / 3),
      'font-family': 'sans-serif',
      'font-weight': 'bold',
      'font-size': text,
      fill: '#fff',
      stroke: '#000',
      'stroke-width': text / 6,
      'paint-order': 'stroke',
    }),
  ].join('');
}

/** Squares may reach over the edge of the picture; their labels may not. */
function between(wanted: number, least: number, most: number): number {
  return Math.max(least, Math.min(wanted, most));
}
