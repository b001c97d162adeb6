import { extname } from 'node:path';
import { DATA_FILE } from './rows.ts';

/** Media types of the images that can be shown, by extension. */
export const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.bmp': 'image/bmp',
};

/** True for a file that can be shown. */
export function isPlottable(path: string): boolean {
  return DATA_FILE.test(path) || PICTURES[extname(path).toLowerCase()] !== undefined;
}
