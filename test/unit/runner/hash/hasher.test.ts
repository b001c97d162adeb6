import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  canonicalJson,
  compareBytes,
  type Digest,
  digestOf,
  digestOfJson,
} from '../../../../src/kit/index.ts';
import { Hasher } from '../../../../src/runner/hash/hasher.ts';
import {
  digestOfManifest,
  type Manifest,
  manifestText,
  parseManifest,
} from '../../../../src/runner/hash/manifest.ts';
import { manifestTextOf } from '../../../../src/runner/hash/measured.ts';
import { type Tree, treeOf } from '../../../../src/runner/hash/tree.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

function hasherOf(root: string): Hasher {
  return new Hasher(root, join(root, '.ferment'));
}

it('a file is the SHA-256 of its bytes, a folder that of the canonical JSON of its sorted files', async () => {
  const root = temporaryFolder();
  writeFiles(root, {
    'd/b': 'two',
    'd/a/x': 'one',
    'd/a.txt': '',
    'd/.DS_Store': 'junk',
    'd/__pycache__/m.pyc': 'junk',
  });
  mkdirSync(join(root, 'd/empty'));
  chmodSync(join(root, 'd/b'), 0o755);
  const sum = execFileSync('sha256sum', ['d/b'], { cwd: root, encoding: 'utf8' }).split(' ')[0];
  expect((await hasherOf(root).content('d/b'))?.digest).toBe(sum);
  expect(await hasherOf(root).content('d')).toEqual({
    path: 'd',
    kind: 'dir',
    digest: digestOfJson([
      { path: 'a.txt', size: 0, digest: digestOf('') },
      { path: 'a/x', size: 3, digest: digestOf('one') },
      { path: 'b', size: 3, digest: digestOf('two'), executable: true },
    ]),
    size: 6,
    files: 3,
  });
  expect(await hasherOf(root).content('nothing/here')).toBeUndefined();
});

it('large files are hashed like small ones', async () => {
  const root = temporaryFolder();
  for (const size of [1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 5_000_000]) {
    const bytes = Buffer.alloc(size, `${size} `);
    writeFileSync(join(root, 'f'), bytes);
    expect((await hasherOf(root).content('f'))?.digest).toBe(digestOf(bytes));
  }
});

it('an index says what the files say: edits of every kind are seen by the next process', async () => {
  const root = temporaryFolder();
  const edits: (() => void)[] = [
    () => writeFiles(root, { 'd/a': '1', 'd/b/c': '2' }),
    () => writeFiles(root, { 'd/a': '3' }),
    () => writeFiles(root, { 'd/new': '' }),
    () => rmSync(join(root, 'd/b/c')),
    () => renameSync(join(root, 'd/new'), join(root, 'd/newer')),
    () => chmodSync(join(root, 'd/a'), 0o755),
    () => truncateSync(join(root, 'd/a')),
    () => symlinkSync('a', join(root, 'd/link')),
  ];
  const seen = new Set<string>();
  for (const edit of edits) {
    edit();
    const hasher = hasherOf(root);
    const content = await hasher.content('d');
    hasher.save();
    rmSync(join(root, 'fresh'), { recursive: true, force: true });
    const withoutIndex = await new Hasher(root, join(root, 'fresh')).content('d');
    expect(content).toEqual(withoutIndex);
    seen.add(content?.digest ?? '');
  }
  expect(seen.size).toBe(edits.length);
});

it('a second edit within the same clock tick, with equal size and time stamp, is seen', async () => {
  const root = temporaryFolder();
  const time = new Date('2026-01-01T00:00:00Z');
  for (let round = 0; round < 20; round++) {
    for (const text of [`${round} one`, `${round} two`]) {
      writeFiles(root, { f: text, 'd/f': text });
      utimesSync(join(root, 'f'), time, time);
      utimesSync(join(root, 'd/f'), time, time);
      const hasher = hasherOf(root);
      expect((await hasher.content('f'))?.digest).toBe(digestOf(text));
      expect((await hasher.content('d'))?.digest).toBe(
        digestOfJson([{ path: 'f', size: text.length, digest: digestOf(text) }]),
      );
      hasher.save();
    }
  }
});

it('a damaged index is built anew', async () => {
  const root = temporaryFolder();
  writeFiles(root, { 'd/a': '1', f: '2' });
  const before = hasherOf(root);
  const [d, f] = [await before.content('d'), await before.content('f')];
  before.save();
  const folder = join(root, '.ferment/index');
  for (const damage of [
    (b: Buffer) => b.subarray(0, b.length / 2),
    (b: Buffer) => Buffer.from(b.map((x) => x ^ 1)),
    () => Buffer.alloc(0),
  ]) {
    for (const name of readdirSync(folder))
      writeFileSync(join(folder, name), damage(readFileSync(join(folder, name))));
    const hasher = hasherOf(root);
    expect([await hasher.content('d'), await hasher.content('f')]).toEqual([d, f]);
    hasher.save();
  }
});

it('within a process a path is looked at once, until it is told to forget', async () => {
  const root = temporaryFolder();
  writeFiles(root, { f: '1' });
  const hasher = hasherOf(root);
  const first = await hasher.content('f');
  writeFiles(root, { f: '22' });
  expect(await hasher.content('f')).toEqual(first);
  hasher.forget();
  expect((await hasher.content('f'))?.size).toBe(2);
});

it('links that leave, lead nowhere or into themselves are refused, those inside are followed', async () => {
  const root = temporaryFolder();
  writeFiles(root, { 'd/a': '1', 'e/b': '2' });
  symlinkSync('../e', join(root, 'd/inside'));
  expect(await hasherOf(root).content('d')).toMatchObject({ files: 2 });
  for (const target of ['/etc', '../nowhere', '..', '../../..']) {
    symlinkSync(target, join(root, 'd/bad'));
    await expect(hasherOf(root).content('d'), target).rejects.toMatchObject({ code: 'BAD_PATH' });
    rmSync(join(root, 'd/bad'));
  }
});

/** Of names: most need no care in JSON, some do. */
const ENDINGS = ['', '.png', 'é😀', '"\\', '\u0001\u007f'];

const entries = fc
  .uniqueArray(
    fc.tuple(
      fc.array(fc.string({ minLength: 1, unit: 'binary' }), { minLength: 1, maxLength: 3 }),
      fc.nat(),
      fc.boolean(),
    ),
    {
      selector: ([parts]) => parts.map((part) => Buffer.from(part).toString('hex')).join('/'),
      maxLength: 8,
    },
  )
  .map((list) =>
    list.map(([parts, size, executable]) => ({
      // Names of one level differ from folders of the next, so that no file lies under a file.
      path: parts
        .map(
          (part, i) =>
            `${i === parts.length - 1 ? 'f' : 'd'}${Buffer.from(part).toString('hex')}${ENDINGS[size % 5]}`,
        )
        .join('/'),
      size,
      digest: digestOf(String(size)),
      ...(executable ? { executable: true as const } : {}),
    })),
  );

it('a manifest is canonical JSON, and reading it gives it back', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const manifest = [...list].sort((a, b) => compareBytes(a.path, b.path));
      const text = [...manifestText(manifest)].join('');
      expect(digestOfManifest(manifest)).toBe(digestOf(text));
      expect(text).toBe(canonicalJson(manifest));
      expect(parseManifest(text)).toEqual(manifest);
      expect(Buffer.from(manifestTextOf(...treeWith(list))).toString()).toBe(text);
    }),
  );
});

/** A tree of files in any order, as they are found, and their digests. */
function treeWith(list: Manifest): readonly [Tree, readonly Digest[]] {
  const stats = Float64Array.from(
    list.flatMap(({ size, executable }) => [0, 0, size, 0, 0, executable === true ? 1 : 0]),
  );
  return [
    treeOf(
      list.map(({ path }) => path),
      stats,
    ),
    list.map(({ digest }) => digest),
  ];
}

it('a manifest from elsewhere cannot reach out of its folder', () => {
  const digest = digestOf('');
  const bad = [
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    './a',
    'a//b',
    'a\0b',
    '.git/hooks/x',
    'a/.GIT/x',
    '.ferment/x',
    'a/',
  ];
  for (const path of bad)
    expect(() => parseManifest(JSON.stringify([{ path, size: 0, digest }])), path).toThrow(
      /manifest is not valid/,
    );
  const pair = (a: string, b: string) => JSON.stringify([a, b].map((path) => ({ path, size: 0, digest })));
  for (const text of [
    pair('b', 'a'),
    pair('a', 'a'),
    pair('a', 'a/b'),
    '{}',
    'x',
    '[1]',
    JSON.stringify([{ path: 'a', size: 0, digest: '../x' }]),
  ])
    expect(() => parseManifest(text), text).toThrow(/manifest is not valid/);
});

it('an edit that keeps the size and puts the modification time back, or to the past or the future, is seen', async () => {
  const root = temporaryFolder();
  const text = (i: number): string => `text ${i}`;
  writeFiles(root, { f: text(0), 'd/f': text(0) });
  const { mtime } = statSync(join(root, 'f'));
  for (const [i, time] of [
    mtime,
    new Date('1960-01-01T00:00:00Z'),
    new Date('2200-01-01T00:00:00Z'),
    mtime,
  ].entries()) {
    for (const path of ['f', 'd/f']) {
      writeFiles(root, { [path]: text(i + 1) });
      utimesSync(join(root, path), time, time);
    }
    const hasher = hasherOf(root);
    expect((await hasher.content('f'))?.digest).toBe(digestOf(text(i + 1)));
    expect((await hasher.content('d'))?.digest).toBe(
      digestOfJson([{ path: 'f', size: text(i).length, digest: digestOf(text(i + 1)) }]),
    );
    hasher.save();
  }
});

it('a file that was replaced by another with the same size and times is seen by its place', async () => {
  const root = temporaryFolder();
  const time = new Date('2026-01-01T00:00:00Z');
  writeFiles(root, { 'd/f': 'one', other: 'two' });
  utimesSync(join(root, 'd/f'), time, time);
  utimesSync(join(root, 'other'), time, time);
  const before = await hasherOf(root).content('d');
  renameSync(join(root, 'other'), join(root, 'd/f'));
  const after = await hasherOf(root).content('d');
  expect(after?.digest).not.toBe(before?.digest);
  expect(after?.digest).toBe(digestOfJson([{ path: 'f', size: 3, digest: digestOf('two') }]));
});
