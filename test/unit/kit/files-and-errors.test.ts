import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DiagnosticsError,
  digestOf,
  ERRORS,
  explainWriteError,
  FermentError,
  isDigest,
  isFermentError,
  writeFileAtomic,
} from '../../../src/kit/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('writeFileAtomic', () => {
  it('makes missing folders, replaces the old content and leaves nothing else behind', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a', 'b.json');
    writeFileAtomic(path, 'old');
    writeFileAtomic(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.json']);
  });

  it('keeps the old file when the new one cannot take its place', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'good');
    expect(() => writeFileAtomic(path, 'x')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('good');
  });

  it.skipIf(process.getuid?.() === 0)('says which folder is not writable', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    expect(() => writeFileAtomic(join(folder, 'x'), 'x')).toThrow('Cannot write');
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});

describe('errors', () => {
  it('have the exit code of the table and keep their cause', () => {
    const cause = new Error('why');
    const error = new FermentError('BAD_PARAMS', 'Bad.', { cause, hint: 'Mend it.' });
    expect([error.exit, error.hint, error.cause]).toEqual([3, 'Mend it.', cause]);
    expect(isFermentError(error)).toBe(true);
    expect(isFermentError(new Error('x'))).toBe(false);
  });

  it('use only the exit codes of the contract', () => {
    const exits = new Set(Object.values(ERRORS).map((row) => row.exit));
    expect([...exits].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 70, 130]);
  });

  it('name a full disk and a missing permission', () => {
    const full = explainWriteError(Object.assign(new Error('x'), { code: 'ENOSPC' }), 'data/raw');
    const denied = explainWriteError(Object.assign(new Error('x'), { code: 'EACCES' }), 'data/raw');
    const other = new Error('other');
    expect(full).toMatchObject({ code: 'NO_SPACE', message: 'No space left while writing data/raw.' });
    expect(denied).toMatchObject({ code: 'STORE_UNWRITABLE', message: 'Cannot write data/raw (EACCES).' });
    expect(explainWriteError(other, 'data/raw')).toBe(other);
  });

  it('render diagnostics with place, line, caret and hint, all at once', () => {
    const error = new DiagnosticsError('BAD_PARAMS', [
      {
        file: 'params.yaml',
        line: 3,
        column: 3,
        length: 6,
        message: "Unknown key 'epohcs'.",
        hint: "Did you mean 'epochs'?",
        source: '  epohcs: 3',
      },
      { file: 'params.yaml', line: 12, column: 1, length: 1, message: 'Second.' },
    ]);
    expect(error.message).toMatchInlineSnapshot(`
      "params.yaml:3:3 Unknown key 'epohcs'.
        3 |   epohcs: 3
          |   ^^^^^^
        Did you mean 'epochs'?

      params.yaml:12:1 Second."
    `);
  });
});

describe('digests', () => {
  it('are SHA-256 in hexadecimal and recognised as such', () => {
    expect(digestOf('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect([isDigest(digestOf('x')), isDigest('../../etc/passwd'), isDigest(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
