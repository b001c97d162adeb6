import { hash } from 'node:crypto';
import { compareBytes } from '../../kit/index.ts';
import { isSafeRelativePath } from '../hash/manifest.ts';
import type { Md5 } from './md5.ts';

/** One file of a folder, as DVC lists it. */
export interface ListedFile {
  /** Below the folder, with forward slashes. */
  readonly path: string;
  readonly md5: Md5;
}

/**
 * The MD5 of a folder: of the JSON of its files as Python writes it (blanks after `,` and `:`, letters beyond ASCII
 * escaped), sorted by code points.
 */
export function md5OfListing(files: readonly ListedFile[]): Md5 {
  const rows = [...files]
    .sort((a, b) => compareBytes(a.path, b.path))
    .map(({ path, md5 }) => `{"md5": "${md5}", "relpath": ${pythonJson(path)}}`);
  return hash('md5', `[${rows.join(', ')}]`, 'hex') as Md5;
}

/** A text in JSON as Python writes it: with escapes for all that is not printable ASCII. */
function pythonJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const MD5 = /^[0-9a-f]{32}$/;

/**
 * The files of a `.dir` object, or what is wrong with it, in words. Paths must stay below the folder; none may stand
 * twice, or lie under a file.
 */
export function parseListing(bytes: Uint8Array): readonly ListedFile[] | string {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'it is not JSON';
  }
  if (!Array.isArray(value)) return 'it is not a list';
  const files: ListedFile[] = [];
  for (const raw of value as unknown[]) {
    const file = parseFile(raw);
    if (typeof file === 'string') return file;
    files.push(file);
  }
  return overlap(files) ?? files;
}

function parseFile(raw: unknown): ListedFile | string {
  if (typeof raw !== 'object' || raw === null) return 'an entry is not an object';
  const { relpath, md5 } = raw as Record<string, unknown>;
  if (typeof relpath !== 'string' || !isSafeRelativePath(relpath))
    return `the path ${JSON.stringify(relpath)} leaves its folder`;
  if (typeof md5 !== 'string' || !MD5.test(md5)) return `${JSON.stringify(relpath)} has no MD5`;
  return { path: relpath, md5: md5 as Md5 };
}

function overlap(files: readonly ListedFile[]): string | undefined {
  const paths = new Set(files.map(({ path }) => path));
  if (paths.size < files.length) return 'a path stands in it twice';
  for (const { path } of files) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      if (paths.has(path.slice(0, at))) return `${JSON.stringify(path)} lies under a file`;
  }
  return undefined;
}
