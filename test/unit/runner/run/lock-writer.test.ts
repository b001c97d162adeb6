import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../../../src/kit/index.ts';
import {
  fingerprintOf,
  type Inputs,
  type LockEntry,
  LockFile,
  renderLock,
} from '../../../../src/runner/index.ts';
import { tryClaim } from '../../../../src/runner/run/claim.ts';
import type { Journal } from '../../../../src/runner/run/journal.ts';
import { LockWriter } from '../../../../src/runner/run/lock-writer.ts';
import { runnerProject } from '../../../support/runner-project.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

function entry(cmd: string): LockEntry {
  const inputs: Inputs = {
    code: { cmd: [cmd] },
    wdir: '.',
    deps: [],
    params: {},
    env: {},
    graph: undefined,
    outs: [],
  };
  return { fingerprint: fingerprintOf(inputs), inputs, outs: [] };
}

test('entries of stages that end at once go into the lock together, and each is told when it is there', async () => {
  const root = temporaryFolder();
  const lock = new LockFile(root, 'pipeline.lock');
  const writer = new LockWriter(join(root, '.ferment'), lock);
  const onDisk = (): number => new LockFile(root, 'pipeline.lock').read().entries.size;
  await writer.put('first', entry('first'));
  expect(onDisk()).toBe(1);
  const files = new Set<number>();
  const stages = Array.from({ length: 100 }, (_, i) => `s${i}`);
  await Promise.all(
    stages.map(async (name) => {
      await writer.put(name, entry(name));
      expect(new LockFile(root, 'pipeline.lock').read().entries.has(name)).toBe(true);
      files.add(statSync(join(root, 'pipeline.lock')).ino);
    }),
  );
  expect(onDisk()).toBe(101);
  expect(files.size).toBe(1);
  await writer.put('s7', undefined);
  expect(onDisk()).toBe(100);
});

test('after hurry nothing waits for its turn', async () => {
  const root = temporaryFolder();
  const writer = new LockWriter(join(root, '.ferment'), new LockFile(root, 'pipeline.lock'));
  await writer.put('a', entry('a'));
  const waiting = writer.put('b', entry('b'));
  writer.hurry();
  await waiting;
  await writer.put('c', entry('c'));
  expect(readFileSync(join(root, 'pipeline.lock'), 'utf8')).toMatch(/^ {2}a:.*^ {2}b:.*^ {2}c:/ms);
});

test('a stage that was done when Ferment was killed, but not in the lock yet, is found done', async () => {
  // Its out persists: nothing else than the journal could say so.
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "cp in o; echo x >> runs", deps: [in], outs: [{o: {persist: true}}]}}',
    in: '1\n',
  });
  await p.repro();
  const lock = new LockFile(p.root, 'pipeline.lock');
  const { entries } = lock.read();
  const [fingerprint = digestOf('')] = [entries.get('s')?.fingerprint];
  lock.write(new Map());
  const attempt = tryClaim(join(p.root, '.ferment/journal/s.json'), null);
  if (attempt.kind !== 'mine') throw new Error('someone holds the stage');
  const journal: Journal = {
    stage: 's',
    phase: 'done',
    fingerprint,
    asides: [],
    checkpoints: [],
    scratch: '0123456789abcdef',
    stageFile: null,
    leader: null,
    lock: { file: 'pipeline.lock', text: renderLock(entries) },
  };
  attempt.claim.abandon(journal);
  const { outcomes, warnings } = await p.repro();
  expect(outcomes).toEqual({ s: 'unchanged' });
  expect(warnings).toEqual([expect.stringContaining('its new outs were complete and stay')]);
  expect(p.read('runs')).toBe('x\n');
  expect(new LockFile(p.root, 'pipeline.lock').read().entries).toEqual(entries);
});
