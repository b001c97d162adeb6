import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf, FermentError } from '../../../../src/kit/index.ts';
import { Hasher } from '../../../../src/runner/hash/hasher.ts';
import { keepContent } from '../../../../src/runner/store/keep-content.ts';
import { isStored, stageContent } from '../../../../src/runner/store/restore.ts';
import { readRunCache, runCachePath, writeRunCache } from '../../../../src/runner/store/run-cache.ts';
import { writablePath } from '../../../../src/runner/store/safe-path.ts';
import { Store } from '../../../../src/runner/store/store.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

async function stored(root: string, path: string) {
  const state = join(root, '.ferment');
  const store = new Store(state);
  const measured = await new Hasher(root, state).measure(path);
  if (measured === undefined) throw new Error(`nothing at ${path}`);
  expect(await keepContent(store, root, measured)).toBeUndefined();
  return { store, content: measured.content };
}

it('objects are read-only files named by their SHA-256, each content once', async () => {
  const root = temporaryFolder();
  const large = 'x'.repeat(3_000_000);
  writeFiles(root, { 'd/a': 'same', 'd/b': 'same', 'd/large': large });
  const { store, content } = await stored(root, 'd');
  for (const digest of [digestOf('same'), digestOf(large), content.digest]) {
    expect(lstatSync(store.pathOf(digest)).mode & 0o777).toBe(0o444);
    expect(digestOf(readFileSync(store.pathOf(digest)))).toBe(digest);
  }
  const objects = readdirSync(join(root, '.ferment/objects'), { recursive: true, withFileTypes: true });
  expect(objects.filter((entry) => entry.isFile()).length).toBe(3);
});

it('what was stored comes back, byte for byte', async () => {
  const root = temporaryFolder();
  writeFiles(root, { 'd/a': 'one', 'd/e/f': 'x'.repeat(2_000_000), 'd/e/empty': '' });
  chmodSync(join(root, 'd/a'), 0o755);
  const { store, content } = await stored(root, 'd');
  await stageContent(store, content, join(root, 'copy'));
  expect(await new Hasher(root, join(root, 'other')).content('copy')).toEqual({ ...content, path: 'copy' });
  expect(statSync(join(root, 'copy/a')).mode & 0o100).toBe(0o100);
});

it('a file that changed since it was hashed is not stored under its old name', async () => {
  const root = temporaryFolder();
  const state = join(root, '.ferment');
  for (const size of [10, 2_000_000]) {
    writeFiles(root, { f: 'a'.repeat(size) });
    const measured = await new Hasher(root, state).measure('f');
    writeFiles(root, { f: 'b'.repeat(size) });
    if (measured === undefined) throw new Error('nothing measured');
    const store = new Store(state);
    expect(await keepContent(store, root, measured)).toBe('f');
    expect(isStored(store, measured.content)).toBe(false);
  }
});

it('a damaged object is found on restore, quarantined, and nothing is left of the attempt', async () => {
  for (const text of ['small', 'x'.repeat(2_000_000)]) {
    const root = temporaryFolder();
    writeFiles(root, { 'd/a': 'first', 'd/b': text });
    const { content } = await stored(root, 'd');
    const damaged: string[] = [];
    const store = new Store(join(root, '.ferment'), (found) => {
      if (found.kind === 'object') damaged.push(found.digest);
    });
    const object = store.pathOf(digestOf(text));
    chmodSync(object, 0o644);
    writeFileSync(object, text.replace(/^./, '?'));
    await expect(stageContent(store, content, join(root, 'copy'))).rejects.toMatchObject({
      code: 'OBJECT_DAMAGED',
    });
    expect(damaged).toEqual([digestOf(text)]);
    expect(existsSync(join(root, 'copy'))).toBe(false);
    expect(existsSync(join(root, '.ferment/quarantine', digestOf(text)))).toBe(true);
    expect(isStored(store, content)).toBe(false);
    await expect(stageContent(store, content, join(root, 'copy'))).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
    });
  }
});

it('a truncated object is missing already by its size, and a good one replaces it', async () => {
  const root = temporaryFolder();
  writeFiles(root, { f: 'whole' });
  const { store, content } = await stored(root, 'f');
  const object = store.pathOf(content.digest);
  chmodSync(object, 0o644);
  writeFileSync(object, 'wh');
  expect(isStored(new Store(join(root, '.ferment')), content)).toBe(false);
  const again = await stored(root, 'f');
  expect(await again.store.check(content.digest)).toBe('good');
});

it('a run-cache entry that is not what it should be is a miss', () => {
  const state = temporaryFolder();
  const fingerprint = digestOf('f');
  const out = { path: 'o', kind: 'file', digest: digestOf(''), size: 0, files: 1 } as const;
  writeRunCache(state, { fingerprint, stage: 's', outs: [out] });
  expect(readRunCache(state, fingerprint)?.outs).toEqual([out]);
  const file = runCachePath(state, fingerprint);
  const good = { fingerprint, stage: 's', outs: [out] };
  for (const bad of [
    '',
    '{',
    '[]',
    JSON.stringify({ ...good, fingerprint: digestOf('other') }),
    JSON.stringify({ ...good, outs: [{ ...out, path: '../o' }] }),
    JSON.stringify({ ...good, outs: [{ ...out, path: '.git/config' }] }),
    JSON.stringify({ ...good, outs: [{ ...out, digest: '../../x' }] }),
  ]) {
    writeFileSync(file, bad);
    expect(readRunCache(state, fingerprint), bad).toBeUndefined();
  }
  // As a damaged disk leaves it.
  rmSync(file);
  writeFiles(file, { 'what/is': 'this' });
  expect(readRunCache(state, fingerprint)).toBeUndefined();
  writeRunCache(state, { fingerprint, stage: 's', outs: [out] });
  expect(readRunCache(state, fingerprint)?.outs).toEqual([out]);
});

it('only paths below the project may be written, whatever links say', () => {
  const root = temporaryFolder();
  const outside = temporaryFolder();
  writeFiles(root, { 'real/x': '', '.git/config': '', 'a/b': '' });
  symlinkSync(outside, join(root, 'away'));
  symlinkSync('.git', join(root, 'inner'));
  symlinkSync('real', join(root, 'fine'));
  for (const path of [
    '/x',
    '../x',
    'a/../../x',
    '.git/config',
    'a/.git/x',
    '.ferment/objects',
    '',
    'away/x',
    'away/deep/x',
    'inner/config',
  ])
    expect(() => writablePath(root, path), path).toThrow(FermentError);
  for (const path of ['x', 'new/deep/x', 'fine/x', 'a/b', '.gitignore'])
    expect(writablePath(root, path)).toBe(join(root, path));
});
