import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/**
 * Unpacks the wanted entries of a zip file and returns their sizes by name; refuses names that lead out of `folder`, and a damaged file.
 * @param {string} archive
 * @param {string} folder
 * @param {{ wants: (name: string) => boolean, onProgress: (bytes: number) => void }} options
 * @returns {Promise<Record<string, number>>}
 */
export async function unpackZip(archive, folder, { wants, onProgress }) {
  // yauzl is a package of ours, not a builtin: it is there only after the packages step.
  const yauzl = (await import('yauzl')).default;
  const zip = await promisify(/** @type {typeof yauzl.open} */ (yauzl.open))(archive, { lazyEntries: true });
  /** @type {Record<string, number>} */
  const sizes = {};
  let written = 0;
  for await (const entry of eachEntry(zip)) {
    if (entry.fileName.endsWith('/') || !wants(entry.fileName)) continue;
    const path = join(folder, entry.fileName);
    mkdirSync(dirname(path), { recursive: true });
    const source = await promisify(zip.openReadStream.bind(zip))(entry);
    source.on('data', (chunk) => {
      written += chunk.length;
      onProgress(written);
    });
    const executable = ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
    await pipeline(source, createWriteStream(path, { mode: executable ? 0o755 : 0o644, flush: true }));
    sizes[entry.fileName] = entry.uncompressedSize;
  }
  return sizes;
}

/**
 * @param {import('yauzl').ZipFile} zip
 * @returns {AsyncGenerator<import('yauzl').Entry>}
 */
async function* eachEntry(zip) {
  for (;;) {
    const entry = await new Promise((resolve, reject) => {
      zip.once('entry', resolve).once('end', resolve).once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error');
    if (!entry) return;
    yield entry;
  }
}
