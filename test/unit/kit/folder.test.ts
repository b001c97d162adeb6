import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFolder } from '../../../src/kit/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('makeFolder', () => {
  test('makes what is missing, and leaves alone what is there, also through a link', () => {
    const root = temporaryFolder();
    makeFolder(join(root, 'a/b/c'), 0o700);
    expect(statSync(join(root, 'a/b/c')).mode & 0o777).toBe(0o700);
    symlinkSync(join(root, 'a'), join(root, 'link'));
    makeFolder(join(root, 'link'));
    makeFolder(join(root, 'link/b/d'));
    expect(existsSync(join(root, 'a/b/d'))).toBe(true);
  });

  test('says what stands in the way', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'file'), '');
    symlinkSync(join(root, 'nowhere/else'), join(root, 'dangling'));
    const attempt = (path: string) => () => makeFolder(join(root, path));
    expect(attempt('file')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(attempt('file/under')).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/) }),
    );
    expect(attempt('dangling')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  });

  test.runIf(process.platform === 'linux')('comes back from where no folder can be made', () => {
    expect(() => makeFolder('/proc/nothing/here')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});
