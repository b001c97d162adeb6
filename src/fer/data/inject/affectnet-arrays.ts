import { FermentError } from '../../../kit/index.ts';
import { PREAMBLE_BYTES, parsePreamble } from '../npy/format.ts';
import type { TreeFile } from '../tree/index.ts';
import { isCandidateFile } from './class-folders.ts';

/** An image of the 2021 release with its expression code. */
export interface AnnotatedFile {
  readonly file: TreeFile;
  readonly code: number;
}

/**
 * Pairs `…/images/N.jpg` with `…/annotations/N_exp.npy`, the layout of AffectNet's 2021 release; empty when there is
 * none. Throws DATA_DAMAGED for an annotation that is no expression code.
 */
export async function findAnnotationFiles(files: readonly TreeFile[]): Promise<readonly AnnotatedFile[]> {
  const annotations = new Map(files.map((file) => [file.path, file]));
  const found: AnnotatedFile[] = [];
  for (const file of files) {
    const match = /^(.*?)images\/([^/]+)\.\w+$/.exec(file.path);
    const annotation = match && annotations.get(`${match[1]}annotations/${match[2]}_exp.npy`);
    if (annotation && isCandidateFile(file)) found.push({ file, code: await readCode(annotation) });
  }
  return found;
}

/** One scalar: the releases hold it as text (`<U1`) or as a number. */
async function readCode(annotation: TreeFile): Promise<number> {
  const bytes = await annotation.read();
  if (bytes.length === 0) throw badCode(annotation, 'an empty file');
  const start = dataOffset(bytes, annotation);
  const descr = /'descr':\s*'([^']*)'/.exec(bytes.toString('latin1', PREAMBLE_BYTES, start))?.[1] ?? '';
  const code = scalar(bytes.subarray(start), descr);
  if (code === undefined)
    throw badCode(annotation, `${bytes.length - start} bytes of type '${descr}', in which none can be read`);
  if (Number.isInteger(code) && code >= 0 && code <= 10) return code;
  throw badCode(annotation, `${code} (type '${descr}')`);
}

function dataOffset(bytes: Buffer, annotation: TreeFile): number {
  try {
    return PREAMBLE_BYTES + parsePreamble(bytes.subarray(0, PREAMBLE_BYTES), annotation.path);
  } catch (error) {
    throw badCode(annotation, `${bytes.length} bytes that are no array of NumPy, version 1.0`, error);
  }
}

function badCode(annotation: TreeFile, received: string, cause?: unknown): FermentError {
  return new FermentError(
    'DATA_DAMAGED',
    `${annotation.path} must hold an expression code from 0 to 10. Received: ${received}.`,
    { hint: 'Get the file again, or take it and its image out of the source.', cause },
  );
}

function scalar(data: Buffer, descr: string): number | undefined {
  const sizeBytes = Number(/\d+$/.exec(descr)?.[0] ?? 0);
  const kind = descr.replace(/^[<|=]/, '')[0];
  if (kind === 'U' && data.length >= 4 * sizeBytes) {
    const characters = Array.from({ length: sizeBytes }, (_, i) => data.readUInt32LE(4 * i));
    return numberOf(String.fromCodePoint(...characters.filter((c) => c > 0 && c < 128)));
  }
  if (kind === 'S') return numberOf(data.toString('latin1', 0, sizeBytes).replaceAll('\0', ''));
  if (data.length < sizeBytes || ![1, 2, 4, 8].includes(sizeBytes)) return undefined;
  if (kind === 'f' && sizeBytes >= 4) return sizeBytes === 8 ? data.readDoubleLE() : data.readFloatLE();
  if (kind === 'i' || kind === 'u') return data.readIntLE(0, Math.min(6, sizeBytes));
  return undefined;
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
