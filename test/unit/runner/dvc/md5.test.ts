import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { md5OfListing, parseListing } from '../../../../src/runner/dvc/listing.ts';
import { hashLargeBytes, hashLargeFile, type Md5, parseReference } from '../../../../src/runner/dvc/md5.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const MEBIBYTE = 1024 * 1024;

// Both sums are those that Python gives, with DVC's own rule for which chunks are text.
it.each([
  ['text', Buffer.from('a\r\nb\r\n'), '59b0d7772f0561efb95518f3cb8abc60', 'dd8c6a395b5dd36c56d23275028f526c'],
  [
    'bytes with a NUL',
    Buffer.from('\0a\r\nb\r\n'),
    '1336478d095a693e514198c06812ee2f',
    '1336478d095a693e514198c06812ee2f',
  ],
  [
    'text with too many strange bytes',
    Buffer.from('\u00e9\u00e9\u00e9\u00e9a\r\na\r\n', 'latin1'),
    '9b06b57c23d33e784f650d907e2e336b',
    '9b06b57c23d33e784f650d907e2e336b',
  ],
  [
    'a line end across two chunks, which DVC 2 did not see',
    Buffer.from(`${'a'.repeat(MEBIBYTE - 1)}\r\nb\r\n`),
    'e0bc301cdd0940f2de68d786f8e52418',
    'deb8178cc400550795d42d701b97846d',
  ],
  [
    'binary first, text after',
    Buffer.concat([Buffer.alloc(MEBIBYTE), Buffer.from('x\r\n')]),
    'b01c0863dfeb72d4b816e9aa80732120',
    '685b329bd545b5e4fe433a6b3ae874e2',
  ],
])('%s has the sums of DVC 3 and of DVC 2, from memory and from a file', async (_, bytes, md5, dos) => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, bytes);
  const hashes = hashLargeBytes(bytes);
  expect(hashes).toMatchObject({ md5, dos, size: bytes.length });
  expect(await hashLargeFile(file, () => {})).toEqual(hashes);
});

it("a folder's listing has the bytes that Python writes, in the order of code points", () => {
  const md5 = 'd41d8cd98f00b204e9800998ecf8427e' as Md5;
  const names = ['\uffee/x', '\u{1d4b3}', 'a b/"c"', 'a\u007f\n', '\u00e9'];
  expect(md5OfListing(names.map((path) => ({ path, md5 })))).toBe('5fd7f507d3d8ac3911a85b37f05af35b');
});

it('a reference is 32 digits, perhaps with .dir, and nothing else', () => {
  const md5 = '0123456789abcdef0123456789abcdef';
  expect(parseReference(md5, 'md5')).toEqual({ md5, isFolder: false, legacy: false });
  expect(parseReference(`${md5}.dir`, undefined)).toEqual({ md5, isFolder: true, legacy: true });
  for (const bad of [`${md5}\n`, `../${md5}`, md5.toUpperCase(), `${md5}.dirx`, md5.slice(1), 7, null])
    expect(parseReference(bad, 'md5')).toBeUndefined();
  expect(parseReference(md5, 'sha256')).toBeUndefined();
});

it('whatever bytes a listing has, what comes out are files below the folder, or a reason', () => {
  const path = fc.oneof(
    fc.string(),
    fc.constantFrom('a', '../a', '/a', 'a/../b', '.git/x', 'a/b', 'a//b', ''),
  );
  const entry = fc.record({
    relpath: fc.oneof(path, fc.anything()),
    md5: fc.oneof(fc.string(), fc.constant('d41d8cd98f00b204e9800998ecf8427e')),
  });
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.oneof(fc.array(entry), fc.anything()).map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  );
  fc.assert(
    fc.property(bytes, (raw) => {
      const files = parseListing(raw);
      if (typeof files === 'string') return;
      expect(new Set(files.map((file) => file.path)).size).toBe(files.length);
      for (const file of files) {
        expect(file.path.split('/')).not.toContain('..');
        expect(file.path.split('/')).not.toContain('');
        expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
      }
    }),
  );
});
