import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Unpacks the wanted entries of a zip file and returns their sizes by name; refuses a damaged file, and one with names that lead out
 * of `folder` (yauzl checks both).
 * @param {string} archive
 * @param {string} folder
 * @param {{ wants: (name: string) => boolean, onProgress: (bytes: number) => void }} options
 * @returns {Promise<Record<string, number>>}
 */
export async function unpackZip(archive, folder, { wants, onProgress }) {
  // A package, not a builtin: it is there only after the packages step.
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(archive);
  /** @type {Record<string, number>} */
  const sizes = {};
  let written = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/') || !wants(entry.fileName)) continue;
    const path = join(folder, entry.fileName);
    mkdirSync(dirname(path), { recursive: true });
    const source = await zip.openReadStreamPromise(entry);
    source.on('data', (chunk) => {
      written += chunk.length;
      onProgress(written);
    });
    // The upper half of the attributes is the Unix mode; NVIDIA's compilers are programs.
    const isProgram = ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
    await pipeline(source, createWriteStream(path, { mode: isProgram ? 0o755 : 0o644, flush: true }));
    sizes[entry.fileName] = entry.uncompressedSize;
  }
  return sizes;
}
