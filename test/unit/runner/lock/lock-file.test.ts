import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../../../src/kit/index.ts';
import {
  type Content,
  fingerprintOf,
  type Inputs,
  type LockEntry,
  LockFile,
  parseLock,
} from '../../../../src/runner/index.ts';
import { readChecked, writeChecked } from '../../../../src/runner/load/checked-file.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

function entry(cmd: string): LockEntry {
  const inputs: Inputs = {
    code: { cmd: [cmd] },
    wdir: '.',
    deps: [{ path: 'in.txt', kind: 'file', digest: digestOf(cmd), size: 1, files: 1 }],
    params: { 'params.yaml': { 'a.b': 1 } },
    env: {},
    graph: undefined,
    outs: ['out out.txt'],
  };
  const outs: Content[] = [{ path: 'out.txt', kind: 'file', digest: digestOf('out'), size: 3, files: 1 }];
  return { fingerprint: fingerprintOf(inputs), inputs, outs };
}

/** Large enough for the cache. */
function manyEntries(): Map<string, LockEntry> {
  return new Map(Array.from({ length: 300 }, (_, i) => [`stage-${i}`, entry(`echo ${i}`)]));
}

function project(): string {
  const root = temporaryFolder();
  mkdirSync(join(root, '.ferment'));
  return root;
}

test('what another command writes is seen, and what is known is not read again', () => {
  const root = project();
  const [ours, theirs] = [new LockFile(root, 'pipeline.lock'), new LockFile(root, 'pipeline.lock')];
  ours.write(new Map([['a', entry('echo a')]]));
  expect(ours.hasChanged()).toBe(false);
  expect(ours.read()).toBe(ours.read());
  theirs.write(new Map([['b', entry('echo b')]]));
  expect(ours.hasChanged()).toBe(true);
  expect([...ours.entries.keys()]).toEqual(['a']);
  expect([...ours.read().entries.keys()]).toEqual(['b']);
});

test('a large lock is parsed once: the next command takes its entries from the cache, equal to the last detail', () => {
  const root = project();
  const first = new LockFile(root, 'pipeline.lock');
  first.write(manyEntries());
  first.save();
  const parsed = parseLock(readFileSync(join(root, 'pipeline.lock'), 'utf8'));
  const next = new LockFile(root, 'pipeline.lock').read();
  expect(next).toEqual(parsed);
  for (const { inputs, fingerprint } of next.entries.values())
    expect(fingerprintOf({ ...inputs })).toBe(fingerprint);
  // The proof that it came from the cache.
  const cache = join(root, '.ferment', 'parsed-lock.json');
  const code = (): unknown => new LockFile(root, 'pipeline.lock').read().entries.get('stage-7')?.inputs.code;
  writeChecked(cache, (readChecked(cache) ?? '').replaceAll('echo 7"', 'changed"'));
  expect(code()).toEqual({ cmd: ['changed'] });
  // A bit that is wrong makes it no cache.
  writeFileSync(cache, readFileSync(cache, 'utf8').replaceAll('changed"', 'Changed"'));
  expect(code()).toEqual({ cmd: ['echo 7'] });
});

test.each(['', '{', '[]', '{"version":1}', '\0'])('a cache that says %j is passed over', (text) => {
  const root = project();
  const first = new LockFile(root, 'pipeline.lock');
  first.write(manyEntries());
  writeFileSync(join(root, '.ferment', 'parsed-lock.json'), text);
  expect(new LockFile(root, 'pipeline.lock').read().entries.size).toBe(300);
});

test('the cache is of one lock: after an edit, the edit counts', () => {
  const root = project();
  const first = new LockFile(root, 'pipeline.lock');
  first.write(manyEntries());
  first.save();
  const path = join(root, 'pipeline.lock');
  writeFileSync(path, readFileSync(path, 'utf8').replace('echo 7"', 'echo 8"'));
  const { entries, warnings } = new LockFile(root, 'pipeline.lock').read();
  expect(entries.has('stage-7')).toBe(false);
  expect(warnings).toEqual([expect.stringContaining("the block of 'stage-7' is damaged")]);
});
