import { spawnSync } from 'node:child_process';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sweepOldTemporaries, sweepTemporariesOf } from '../../../../src/runner/run/sweep.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

const gone = spawnSync(process.execPath, ['-e', '']).pid;

it('of a process that was killed, nameless files go from the places where Ferment writes, and only those', () => {
  const root = temporaryFolder();
  const name = (file: string, pid: number) => `.${file}.${pid}.0123abcd.tmp`;
  writeFiles(root, {
    [name('pipeline.lock', gone)]: '',
    [name('data', gone)]: 'an out of the user that stands aside',
    [name('pipeline.lock', process.pid)]: '',
    [`.ferment/objects/ab/${name('object', gone)}`]: '',
    '.ferment/objects/ab/cd': '',
    [`.ferment/journal/${name('s.json', gone)}`]: '',
    [`data/${name('x', gone)}`]: '',
  });
  sweepTemporariesOf(gone, { root, state: join(root, '.ferment'), rootFiles: ['pipeline.lock'] });
  const left = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(left.map((entry) => entry.name).sort()).toEqual(
    [name('pipeline.lock', process.pid), name('data', gone), name('x', gone), 'cd'].sort(),
  );
});

it('elsewhere an orphan goes when it is a minute old', () => {
  const folder = temporaryFolder();
  const [young, old, busy] = ['a', 'b', 'c'].map(
    (n, i) => `.${n}.${i === 2 ? process.pid : gone}.0123abcd.tmp`,
  );
  writeFiles(folder, { [young ?? '']: '', [old ?? '']: '', [busy ?? '']: '' });
  const past = new Date(Date.now() - 120_000);
  for (const name of [old, busy]) utimesSync(join(folder, name ?? ''), past, past);
  sweepOldTemporaries(folder, readdirSync(folder));
  expect(readdirSync(folder).sort()).toEqual([young, busy].sort());
});
