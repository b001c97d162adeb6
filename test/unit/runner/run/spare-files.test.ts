import { readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tryClaim } from '../../../../src/runner/run/claim.ts';
import { SpareFiles } from '../../../../src/runner/run/spare-files.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

describe('small files that are used again', () => {
  it('are the same file with another text, longer or shorter, and are gone at the end', () => {
    const folder = temporaryFolder(afterAll);
    const spares = new SpareFiles(join(folder, 'made-when-needed'));
    const place = join(folder, 'place');
    const inodes = new Set<number>();
    for (const text of ['some text\n', 'a text that is longer\n', 'short\n']) {
      renameSync(spares.write(text), place);
      expect(readFileSync(place, 'utf8')).toBe(text);
      inodes.add(statSync(place).ino);
      spares.take(place);
      expect(readdirSync(folder)).toEqual(['made-when-needed']);
    }
    expect(inodes.size).toBe(1);
    spares.close();
    expect(readdirSync(join(folder, 'made-when-needed'))).toEqual([]);
  });

  it('are made anew when somebody has removed them', () => {
    const folder = temporaryFolder(afterAll);
    const spares = new SpareFiles(folder);
    spares.take(spares.write('old'));
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    expect(readFileSync(spares.write('new'), 'utf8')).toBe('new');
  });

  it('serve claims one after the other, of which each says what it should', () => {
    const folder = temporaryFolder(afterAll);
    const spares = new SpareFiles(folder);
    for (const stage of ['first', 'a-second-one', '3']) {
      const file = join(folder, `${stage}.json`);
      const attempt = tryClaim(file, { stage }, spares);
      expect(tryClaim(file, null, spares)).toMatchObject({ kind: 'held', record: { notes: { stage } } });
      if (attempt.kind === 'mine') attempt.claim.release();
    }
    spares.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
