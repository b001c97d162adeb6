import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identify, isGone, ownIdentity } from '../../../../src/kit/index.ts';
import { type ClaimAttempt, takeOver, tryClaim } from '../../../../src/runner/run/claim.ts';
import { isAbandoned, readClaim } from '../../../../src/runner/run/claim-record.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

function mine(attempt: ClaimAttempt) {
  if (attempt.kind !== 'mine') throw new Error(`expected a claim, received ${attempt.kind}`);
  return attempt.claim;
}

/** A claim whose holder has ended: this process's number, in an earlier life. */
function abandoned(file: string, id: string, notes: unknown = null): void {
  writeFileSync(file, JSON.stringify({ id, owner: { ...ownIdentity(), started: '1' }, notes }));
}

it('a claim is held by one, says what it was told, and can be had again after release', () => {
  const file = join(temporaryFolder(), 'deep/claim');
  const claim = mine(tryClaim(file, { n: 1 }));
  expect(tryClaim(file, null)).toMatchObject({
    kind: 'held',
    record: { owner: { pid: process.pid }, notes: { n: 1 } },
  });
  claim.note({ n: 2 });
  expect(readClaim(file)?.notes).toEqual({ n: 2 });
  claim.release();
  expect(readdirSync(join(file, '..'))).toEqual([]);
  mine(tryClaim(file, null)).release();
});

it('a holder that is gone is cleaned up after once, also when it had died while cleaning up', () => {
  const file = join(temporaryFolder(), 'claim');
  const id = 'a'.repeat(32);
  abandoned(file, id, { left: 'this' });
  abandoned(`${file}.${id}`, 'b'.repeat(32));
  const attempt = tryClaim(file, null);
  if (attempt.kind !== 'abandoned') throw new Error(attempt.kind);
  const seen: unknown[] = [];
  expect(takeOver(file, attempt.record, (notes) => seen.push(notes))).toBe(true);
  expect(takeOver(file, attempt.record, (notes) => seen.push(notes))).toBe(false);
  expect(seen).toEqual([{ left: 'this' }]);
  expect(readdirSync(join(file, '..'))).toEqual([]);
});

it('nobody takes over what somebody new has claimed, or while somebody else cleans up', () => {
  const file = join(temporaryFolder(), 'claim');
  const id = 'a'.repeat(32);
  abandoned(file, id);
  const old = readClaim(file);
  if (old === undefined) throw new Error('no claim');
  const cleaner = mine(tryClaim(`${file}.${id}`, null));
  expect(takeOver(file, old, () => {})).toBe(false);
  cleaner.release();
  expect(takeOver(file, old, () => {})).toBe(true);
  const claim = mine(tryClaim(file, null));
  expect(takeOver(file, old, () => {})).toBe(false);
  expect(existsSync(file)).toBe(true);
  claim.release();
});

it('a damaged claim has no holder, and that of another machine cannot be judged', () => {
  const file = join(temporaryFolder(), 'claim');
  writeFileSync(file, '{"id": "x"');
  expect(tryClaim(file, null).kind).toBe('abandoned');
  const owner = { ...ownIdentity(), host: 'elsewhere', boot: 'another', started: '1' };
  expect(isAbandoned({ id: '', owner, notes: null })).toBe(false);
  expect(isGone({ ...ownIdentity(), boot: 'another' })).toBe(true);
  expect(isGone(ownIdentity())).toBe(false);
  // The machine got another name while it ran.
  expect(isGone({ ...ownIdentity(), host: 'before' })).toBe(false);
  expect(isGone({ ...ownIdentity(), host: 'before', started: '1' })).toBe(true);
  expect(identify(process.pid)).toEqual(ownIdentity());
});

it('of notes the last whole one counts, whatever a kill or a full disk tore', () => {
  const file = join(temporaryFolder(), 'claim');
  const claim = mine(tryClaim(file, { n: 1 }));
  claim.note({ n: 2 }, { durable: false });
  const whole = readFileSync(file, 'utf8');
  claim.note({ n: 3 });
  const more = readFileSync(file, 'utf8').slice(whole.length);
  for (let length = 0; length <= more.length; length++) {
    writeFileSync(file, whole + more.slice(0, length));
    // Only the line break may be missing.
    expect(readClaim(file)).toMatchObject({
      owner: ownIdentity(),
      notes: { n: length < more.length - 1 ? 2 : 3 },
    });
  }
  writeFileSync(file, whole + more.slice(0, 20));
  claim.note({ n: 4 });
  expect(readClaim(file)?.notes).toEqual({ n: 4 });
  appendFileSync(file, '\0'.repeat(100));
  expect(readClaim(file)?.notes).toEqual({ n: 4 });
  claim.release();
});

it('a claim with many long notes does not grow without end, and is there again when somebody removed it', () => {
  const file = join(temporaryFolder(), 'claim');
  const claim = mine(tryClaim(file, null));
  const { id } = readClaim(file) ?? {};
  const long = 'x'.repeat(100_000);
  for (let n = 0; n < 10; n++) claim.note({ n, long }, { durable: false });
  expect(statSync(file).size).toBeLessThan(500_000);
  expect(readClaim(file)).toMatchObject({ id, notes: { n: 9 } });
  rmSync(file);
  claim.note({ n: 10 });
  expect(readClaim(file)).toMatchObject({ id, notes: { n: 10 } });
  claim.abandon({ n: 11 });
  expect(tryClaim(file, null)).toMatchObject({ kind: 'abandoned', record: { notes: { n: 11 } } });
});
