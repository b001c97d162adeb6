import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTree } from '../../../../src/fer/data/tree/index.ts';
import { makeZip, type ZipEntry } from './support/make-zip.ts';
import { temporaryFolder, writeFiles } from './support/samples.ts';

const folder = temporaryFolder();
const archive = (name: string, entries: readonly ZipEntry[] | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, Buffer.isBuffer(entries) ? entries : makeZip(entries));
  return path;
};
const openZip = (path: string) => openTree(path, { kind: 'zip', param: 'download.path' });
const data = (content: string): Buffer => Buffer.from(content);

describe('an archive as a source', () => {
  it('gives back every file, stored or deflated, whole or as a stream, sorted by bytes', async () => {
    const files = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,4}(\/[a-zé ]{1,4}){0,2}$/),
        data: fc.uint8Array({ maxLength: 300 }),
        deflate: fc.boolean(),
      }),
      { selector: (file) => file.name, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(files, async (entries) => {
        const tree = await openZip(archive('property.zip', entries));
        const wanted = [...entries].sort((a, b) => Buffer.compare(data(a.name), data(b.name)));
        expect(tree.files.map((file) => file.path)).toEqual(wanted.map((entry) => entry.name));
        for (const [i, file] of tree.files.entries()) {
          expect(await file.read()).toEqual(Buffer.from(wanted[i]?.data ?? []));
          const chunks: Buffer[] = [];
          for await (const chunk of await file.open()) chunks.push(chunk);
          expect(Buffer.concat(chunks)).toEqual(Buffer.from(wanted[i]?.data ?? []));
        }
        tree.close();
      }),
      { numRuns: 40 },
    );
  });

  it('leaves links and folders out', async () => {
    const tree = await openZip(
      archive('links.zip', [
        { name: 'a/', data: data('') },
        { name: 'a/link.jpg', data: data('/etc/passwd'), mode: 0o120777 },
        { name: 'a/b.jpg', data: data('x') },
      ]),
    );
    expect(tree.files.map((file) => file.path)).toEqual(['a/b.jpg']);
  });

  it('gives paths that begin with a dot, or say the same folder twice, in their plain form', async () => {
    const names = ['./b/x.jpg', './a//./y.jpg', '.', './.hidden/z.jpg'];
    const tree = await openZip(
      archive(
        'dot.zip',
        names.map((name) => ({ name, data: data(name) })),
      ),
    );
    expect(tree.files.map((file) => file.path)).toEqual(['.hidden/z.jpg', 'a/y.jpg', 'b/x.jpg']);
    expect(await tree.files[1]?.read()).toEqual(data('./a//./y.jpg'));
  });

  it.each([
    ['that leads out of it by way of itself', [{ name: './a/../../evil.jpg', data: data('x') }], /leads out/],
    ['that leads out of it', [{ name: '../../evil.jpg', data: data('x') }], /leads out of the archive/],
    ['that is absolute', [{ name: '/etc/evil.jpg', data: data('x') }], /leads out of the archive/],
    ['by a backslash', [{ name: '..\\evil.jpg', data: data('x') }], /leads out of the archive/],
    [
      'with a zero byte',
      [{ name: 'a\0b.jpg', data: data('x') }],
      /no name can have a zero byte, as "a\\u0000b/,
    ],
  ])('is refused whole for a path %s', async (name, entries, message) => {
    await expect(openZip(archive(`${name}.zip`, entries))).rejects.toMatchObject({
      code: 'DATA_DAMAGED',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['is encrypted', { encrypted: true, deflate: true }, /a\.jpg is encrypted/],
    ['fails its checksum', { crc: 1 }, /a\.jpg fails its checksum/],
    ['is compressed in another way', { method: 14 }, /method 14/],
    ['is larger than it says', { deflate: true, declaredBytes: 3 }, /a\.jpg cannot be read/],
    ['is smaller than it says', { deflate: true, declaredBytes: 99 }, /should have 99 bytes. Received: 40/],
    ['declares an absurd size', { deflate: true, declaredBytes: 2_000_000_000 }, /declares 2\.0 GB/],
  ])('refuses a file that %s', async (name, changes, message) => {
    const path = archive(`${name}.zip`, [{ name: 'a.jpg', data: data('x'.repeat(40)), ...changes }]);
    const tree = await openZip(path);
    const others = 'Unpack it with the program that made it';
    await expect(tree.files[0]?.read()).rejects.toMatchObject({
      code: 'DATA_DAMAGED',
      message: expect.stringMatching(message),
      hint: expect.stringMatching('encrypted' in changes || 'method' in changes ? others : 'again'),
    });
  });

  it('is refused when it is cut short at any place, or no archive', async () => {
    const whole = makeZip([{ name: 'train/happy/a.jpg', data: data('x'.repeat(300)) }]);
    for (const length of [0, 1, 40, 300, whole.length - 30, whole.length - 1]) {
      const path = archive('cut.zip', whole.subarray(0, length));
      await expect(openZip(path), `cut at ${length}`).rejects.toMatchObject({
        code: 'DATA_DAMAGED',
        message: `Cannot use the archive ${path}: it is cut short, or no zip archive.`,
      });
    }
  });

  it.each([
    ['a gzip file', gzipSync(data('x'))],
    ['a 7z archive', Buffer.from("7z\xbc\xaf'\x1c\0\x04", 'latin1')],
    ['a RAR archive', Buffer.from('Rar!\x1a\x07\x01\0', 'latin1')],
    ['an xz file', Buffer.from('\xfd7zXZ\0', 'latin1')],
    ['a bzip2 file', Buffer.from('BZh91AY&SY', 'latin1')],
    ['a tar archive', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(512)])],
  ])('that is %s is called so', async (kind, bytes) => {
    const path = archive('fer2013.tar.gz', bytes);
    await expect(openZip(path)).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: `${path} must be a zip archive. Received: ${kind}.`,
    });
  });

  it('that is a web page is called so: its server asks people to sign in', async () => {
    const path = archive('page.zip', Buffer.from('\n<!DOCTYPE html><html><body>Sign in</body></html>'));
    await expect(openZip(path)).rejects.toMatchObject({
      code: 'DATA_DAMAGED',
      message: `${path} must be a zip archive. Received: a web page.`,
    });
  });

  it('with any byte changed gives right bytes or a DATA_DAMAGED error', async () => {
    const whole = makeZip([
      { name: 'a.jpg', data: data('first content') },
      { name: 'b.jpg', data: data('second content '.repeat(9)), deflate: true },
    ]);
    const readAll = async (path: string): Promise<unknown> => {
      const tree = await openZip(path);
      try {
        return await Promise.all(tree.files.map((file) => file.read()));
      } finally {
        tree.close();
      }
    };
    const right = [data('first content'), data('second content '.repeat(9))];
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const changed = Buffer.from(whole);
          changed[at] = (changed[at] ?? 0) ^ change;
          const result = await readAll(archive('changed.zip', changed)).catch((error: unknown) => error);
          // A changed name, attribute or count may hide or reorder a file, but never alter one.
          if (Array.isArray(result)) for (const content of result) expect(right).toContainEqual(content);
          else expect(result).toMatchObject({ code: 'DATA_DAMAGED' });
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a folder as a source', () => {
  it('lists its files, follows links and survives a link to itself', async () => {
    const root = join(folder, 'tree');
    writeFiles(root, [
      ['b/x.jpg', 'b'],
      ['a.jpg', 'a'],
    ]);
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere/y.jpg'), 'y');
    symlinkSync(join(folder, 'elsewhere'), join(root, 'c'));
    symlinkSync(root, join(root, 'd'));
    symlinkSync('/nowhere/at/all', join(root, 'e'));
    const tree = await openTree(root, { kind: 'folder', param: 'download.path' });
    expect(tree.files.map((file) => file.path)).toEqual(['a.jpg', 'b/x.jpg', 'c/y.jpg']);
    const last = tree.files[2];
    expect(last && (await text(await last.open()))).toBe('y');
  });

  it.skipIf(process.platform !== 'linux')(
    'is refused where a name is no UTF-8, and takes any other',
    async () => {
      const root = join(folder, 'letters');
      writeFiles(root, [['ü\u0308 顔 \ufffd.jpg', 'x']]);
      const open = () => openTree(root, { kind: 'folder', param: 'download.path' });
      expect((await open()).files.map((file) => file.path)).toEqual(['ü\u0308 顔 \ufffd.jpg']);
      writeFileSync(
        Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xfc, 0x2e, 0x6a, 0x70, 0x67])]),
        'x',
      );
      await expect(open()).rejects.toMatchObject({
        code: 'DATA_LAYOUT',
        message: 'A source must have names in UTF-8. Received: \ufffd.jpg, which is not.',
      });
    },
  );
});

describe('a source that is not there', () => {
  it.each([
    [null, 'DATA_MISSING', 'download.path must name a zip. Received: nothing.'],
    [
      join(folder, 'none.zip'),
      'DATA_MISSING',
      `download.path names a zip that does not exist. Received: ${join(folder, 'none.zip')}.`,
    ],
    [folder, 'DATA_LAYOUT', `download.path must name a zip. Received: ${folder}, a folder.`],
  ])('is named with the parameter to set (%#)', async (path, code, message) => {
    await expect(openTree(path, { kind: 'zip', param: 'download.path' })).rejects.toMatchObject({
      code,
      message,
    });
  });
});
