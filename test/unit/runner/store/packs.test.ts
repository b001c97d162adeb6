import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestOf, isFermentError } from '../../../../src/kit/index.ts';
import { Hasher } from '../../../../src/runner/hash/hasher.ts';
import type { Content } from '../../../../src/runner/model.ts';
import { keepContent } from '../../../../src/runner/store/keep-content.ts';
import type { Damaged } from '../../../../src/runner/store/quarantine.ts';
import { isStored, stageContent } from '../../../../src/runner/store/restore.ts';
import { Store } from '../../../../src/runner/store/store.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

const FILES = 80;

function manyFiles(prefix: string, count = FILES): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`d/${i % 7}/${i}`, `${prefix} ${i} `.repeat(i)]),
  );
}

/** Hashes and stores `d` as repro does with an out. */
async function storeFolder(root: string, store = new Store(join(root, '.ferment'))): Promise<Content> {
  const measured = await new Hasher(root, join(root, '.ferment')).measure('d', store);
  if (measured === undefined) throw new Error('nothing at d');
  expect(await keepContent(store, root, measured)).toBeUndefined();
  return measured.content;
}

function packsIn(root: string): string[] {
  const folder = join(root, '.ferment/objects/pack');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** Replaces a file, though it is read-only. */
function overwrite(path: string, bytes: Uint8Array): void {
  rmSync(path);
  writeFileSync(path, bytes);
}

async function restored(root: string, content: Content, found: Damaged[] = []): Promise<string | Content> {
  const store = new Store(join(root, '.ferment'), (damaged) => found.push(damaged));
  const target = join(root, 'copy');
  rmSync(target, { recursive: true, force: true });
  try {
    await stageContent(store, content, target);
  } catch (error) {
    if (!isFermentError(error)) throw error;
    expect(existsSync(target)).toBe(false);
    return error.code;
  }
  const copy = await new Hasher(root, join(root, 'other')).content('copy');
  return copy === undefined ? 'nothing' : { ...copy, path: 'd' };
}

it('many small files of a folder are one file of the store, and come back byte for byte', async () => {
  const root = temporaryFolder();
  writeFiles(root, { ...manyFiles('x'), 'd/large': 'y'.repeat(100_000) });
  const content = await storeFolder(root);
  expect(packsIn(root)).toHaveLength(1);
  const objects = readdirSync(join(root, '.ferment/objects'), { recursive: true, withFileTypes: true });
  // The pack, the large file, the manifest.
  expect(objects.filter((entry) => entry.isFile())).toHaveLength(3);
  expect(await restored(root, content)).toEqual(content);
});

it('what is stored already, loose or packed, is not stored again', async () => {
  const root = temporaryFolder();
  writeFiles(root, { d: 'x 1 ' });
  await storeFolder(root);
  rmSync(join(root, 'd'));
  writeFiles(root, manyFiles('x', 2000));
  await storeFolder(root);
  const [pack = ''] = packsIn(root);
  expect(readFileSync(pack).includes('x 1 x')).toBe(false);
  expect(readFileSync(pack).includes('x 2 x 2 ')).toBe(true);
  const before = readdirSync(join(root, '.ferment/objects'), { recursive: true });
  rmSync(join(root, '.ferment/index'), { recursive: true });
  await storeFolder(root);
  rmSync(join(root, 'd'), { recursive: true });
  writeFiles(root, { d: 'x 2 x 2 ' });
  await storeFolder(root);
  expect(readdirSync(join(root, '.ferment/objects'), { recursive: true })).toEqual(before);
});

it('a changed file among many adds one object, not a pack', async () => {
  const root = temporaryFolder();
  writeFiles(root, manyFiles('x'));
  await storeFolder(root);
  writeFiles(root, { 'd/1/1': 'changed' });
  const content = await storeFolder(root);
  expect(packsIn(root)).toHaveLength(1);
  expect(await restored(root, content)).toEqual(content);
});

it('files that nobody hashed on the way are packed as well; one that changed meanwhile is named, and nothing is packed', async () => {
  const root = temporaryFolder();
  writeFiles(root, manyFiles('x'));
  const measured = await new Hasher(root, join(root, '.ferment')).measure('d');
  if (measured === undefined) throw new Error('nothing at d');
  const store = new Store(join(root, '.ferment'));
  const { size } = measured.content;
  writeFiles(root, { 'd/6/6': 'y 6 '.repeat(6) });
  expect(await keepContent(store, root, measured)).toBe('d/6/6');
  expect(packsIn(root)).toEqual([]);
  writeFiles(root, manyFiles('x'));
  expect(await keepContent(store, root, measured)).toBeUndefined();
  expect(packsIn(root)).toHaveLength(1);
  expect(await restored(root, measured.content)).toEqual({ ...measured.content, size });
});

it('a pack that is altered or cut anywhere gives right bytes or a miss, and storing again heals it', async () => {
  const root = temporaryFolder();
  writeFiles(root, manyFiles('x'));
  const content = await storeFolder(root);
  const [pack = ''] = packsIn(root);
  const good = readFileSync(pack);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(good.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, xor, isCut) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ xor;
        overwrite(pack, isCut ? good.subarray(0, at) : bad);
        const found: Damaged[] = [];
        const result = await restored(root, content, found);
        if (result !== 'OBJECT_MISSING' && result !== 'OBJECT_DAMAGED') expect(result).toEqual(content);
        for (const { quarantined } of found) expect(existsSync(quarantined)).toBe(true);
        rmSync(join(root, '.ferment/index'), { recursive: true });
        await storeFolder(root);
        expect(await restored(root, content)).toEqual(content);
        for (const path of packsIn(root)) rmSync(path);
        rmSync(join(root, '.ferment/quarantine'), { recursive: true, force: true });
        writeFileSync(pack, good);
      },
    ),
    { numRuns: 60 },
  );
});

it('of a damaged object in a pack only that object is lost', async () => {
  const root = temporaryFolder();
  writeFiles(root, manyFiles('x'));
  const content = await storeFolder(root);
  const [pack = ''] = packsIn(root);
  const bytes = readFileSync(pack);
  bytes.write('?', bytes.indexOf('x 7 x 7 '));
  overwrite(pack, bytes);
  const found: Damaged[] = [];
  expect(await restored(root, content, found)).toBe('OBJECT_DAMAGED');
  const digest = digestOf('x 7 '.repeat(7));
  const quarantined = join(root, '.ferment/quarantine', digest);
  expect(found).toEqual([{ kind: 'object', digest, quarantined }]);
  expect(readFileSync(quarantined, 'latin1')).toBe(`?${'x 7 '.repeat(7).slice(1)}`);
  const store = new Store(join(root, '.ferment'));
  expect([...store.list()].filter(({ packed }) => packed)).toHaveLength(FILES - 1);
  expect(isStored(store, content)).toBe(false);
  store.keep(digest, Buffer.from('x 7 '.repeat(7)));
  expect(await restored(root, content)).toEqual(content);
});

it('a pack with a damaged index is written anew from its records', async () => {
  const root = temporaryFolder();
  writeFiles(root, manyFiles('x'));
  const content = await storeFolder(root);
  const [pack = ''] = packsIn(root);
  const bytes = readFileSync(pack);
  for (const damaged of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from('x')])]) {
    overwrite(pack, damaged);
    expect(await restored(root, content)).toEqual(content);
    expect(readFileSync(pack).equals(bytes)).toBe(true);
  }
  // Cut in the middle: the good half is saved under a new name.
  truncateSync(pack, Math.floor(bytes.length / 2));
  const found: Damaged[] = [];
  expect(await restored(root, content, found)).toBe('OBJECT_MISSING');
  expect(found).toMatchObject([{ kind: 'pack', saved: expect.any(Number) }]);
  expect(packsIn(root)).toHaveLength(1);
  expect(packsIn(root)).not.toEqual([pack]);
});

it('a pack of another version of the format is left alone', async () => {
  const root = temporaryFolder();
  writeFiles(root, manyFiles('x'));
  const content = await storeFolder(root);
  const [pack = ''] = packsIn(root);
  const bytes = readFileSync(pack);
  bytes.writeUInt32LE(2, 8);
  bytes.writeUInt32LE(2, bytes.length - 8);
  overwrite(pack, bytes);
  expect(await restored(root, content)).toBe('OBJECT_MISSING');
  expect(readFileSync(pack).equals(bytes)).toBe(true);
});

it('packs that another command makes, repacks or removes meanwhile are noticed', async () => {
  const root = temporaryFolder();
  const mine = new Store(join(root, '.ferment'));
  expect(mine.has(digestOf('x 2 x 2 '))).toBe(false);
  writeFiles(root, manyFiles('x'));
  const content = await storeFolder(root);
  expect(isStored(mine, content)).toBe(true);
  const theirs = new Store(join(root, '.ferment'));
  const [pack = ''] = packsIn(root);
  const kept = theirs.repack(pack, (digest) => digest !== digestOf('x 3 '.repeat(3)));
  rmSync(pack);
  expect(packsIn(root)).toEqual([kept]);
  await expect(stageContent(mine, content, join(root, 'copy'))).rejects.toMatchObject({
    code: 'OBJECT_MISSING',
  });
  mine.keep(digestOf('x 3 '.repeat(3)), Buffer.from('x 3 '.repeat(3)));
  await stageContent(mine, content, join(root, 'copy'));
});

it('repacking keeps what is wanted, names the old pack where that is all, and none where it is nothing', async () => {
  const root = temporaryFolder();
  writeFiles(root, manyFiles('x'));
  const content = await storeFolder(root);
  const store = new Store(join(root, '.ferment'));
  const [pack = ''] = packsIn(root);
  expect(store.repack(pack, () => true)).toBe(pack);
  expect(store.repack(pack, () => false)).toBeUndefined();
  expect(packsIn(root)).toEqual([pack]);
  expect(await restored(root, content)).toEqual(content);
});

it('the list has every object once, with its size and place', async () => {
  const root = temporaryFolder();
  writeFiles(root, { ...manyFiles('x'), 'd/large': 'y'.repeat(100_000) });
  const content = await storeFolder(root);
  const list = [...new Store(join(root, '.ferment')).list()];
  expect(new Set(list.map(({ digest }) => digest)).size).toBe(list.length);
  expect(list.filter(({ packed }) => !packed).map(({ size }) => size)).toContain(100_000);
  expect(list.find(({ digest }) => digest === content.digest)?.packed).toBe(false);
  const files = list.filter(({ digest }) => digest !== content.digest);
  expect(files.reduce((sum, { size }) => sum + size, 0)).toBe(content.size);
});
