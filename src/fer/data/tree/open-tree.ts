import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { FermentError } from '../../../kit/index.ts';
import { openFolderTree } from './folder-tree.ts';
import { packingOf } from './packing.ts';
import type { FileTree } from './tree.ts';
import { openZipTree } from './zip-tree.ts';

/** What a source must be. */
export type TreeKind = 'folder' | 'zip' | 'folder or zip';

/**
 * Opens the folder or zip archive that a parameter names. `param` is the parameter's dotted name, for messages.
 * Throws DATA_MISSING when the parameter is not set or names nothing, DATA_LAYOUT when it names the wrong kind of
 * thing, DATA_DAMAGED when it cannot be read.
 */
export async function openTree(
  path: string | null | undefined,
  { kind, param }: { readonly kind: TreeKind; readonly param: string },
): Promise<FileTree> {
  const source = requirePath(path, { what: `a ${kind}`, param });
  const isFolder = statSync(source).isDirectory();
  if (isFolder ? kind === 'zip' : kind === 'folder') {
    throw new FermentError(
      'DATA_LAYOUT',
      `${param} must name a ${kind}. Received: ${source}, a ${isFolder ? 'folder' : 'file'}.`,
      { hint: `Change ${param}, or the source beside it, in params.yaml.` },
    );
  }
  return isFolder ? openFolderTree(source) : openZipTree(source);
}

/** The path that a parameter must give. Throws DATA_MISSING when it gives none or names nothing. */
export function requirePath(
  path: string | null | undefined,
  { what, param }: { readonly what: string; readonly param: string },
): string {
  if (path === null || path === undefined) {
    throw new FermentError('DATA_MISSING', `${param} must name ${what}. Received: nothing.`, {
      hint: `Set it in params.yaml, or for one run: -S ${param}=PATH`,
    });
  }
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new FermentError('DATA_MISSING', `${param} names ${what} that does not exist. Received: ${path}.`, {
      hint: `Put it there, or set another path: -S ${param}=PATH`,
    });
  }
  return path;
}

/** True when a file begins as zip archives do. */
export function isZipFile(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4);
    readSync(fd, head, 0, 4, 0);
    return packingOf(head) === 'a zip archive';
  } finally {
    closeSync(fd);
  }
}
