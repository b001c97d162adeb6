import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { isFermentError } from '../../../../src/kit/index.ts';
import { type LockEntry, LockFile, parseLock, readLock, renderLock } from '../../../../src/runner/index.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';
import { anyEntry, anyName, sampleEntry } from './samples.ts';

/** What counts of an entry: order of deps and outs is the writer's. */
function sorted(entry: LockEntry | undefined): unknown {
  if (entry === undefined) return undefined;
  const byPath = <T extends { readonly path: string }>(list: readonly T[]): T[] =>
    [...list].sort((a, b) => (a.path < b.path ? -1 : 1));
  const { inputs } = entry;
  return {
    ...entry,
    inputs: { ...inputs, deps: byPath(inputs.deps), outs: [...inputs.outs].sort() },
    outs: byPath(entry.outs),
  };
}

/** Sizes are for people to read: the digests, which the fingerprint covers, say all that they say. */
function withoutSizes({ deps, ...rest }: LockEntry['inputs']): unknown {
  return { ...rest, deps: deps.map(({ size: _, files: __, ...dep }) => dep) };
}

describe('the lock as text', () => {
  it('has one block per stage, sorted, each input and out on its line', () => {
    const lock = new Map([
      ['train@b', sampleEntry('b', { wdir: 'sub' })],
      ['prepare', sampleEntry('a', { params: {}, env: {}, deps: [] })],
    ]);
    expect(renderLock(lock)).toMatchInlineSnapshot(`
      "# Written by Ferment: what went into each stage the last time it succeeded, and what came out. Keep it in git.
      schema: ferment/1
      stages:
        prepare:
          fingerprint: "7bff03279760876811cf333a1fc2445087a6243c37165097035e933e85e65480"
          cmd:
          - "python a.py --lr 0.1"
          writes:
          - "metric reports/a.json"
          - "out models/a"
          outs:
          - {"path": "models/a", "kind": "dir", "digest": "d9b0632857ca4b418510f29709cdb45a8b560322ee007a447ab4ec7b9730b88e", "size": 5, "files": 2}
          - {"path": "reports/a.json", "kind": "file", "digest": "dbc5be58c9e8839453a1736a1899d619efca0b06ebbdeb8a78f51e7e1b54359e", "size": 2, "files": 1}

        train@b:
          fingerprint: "2e4d68f2794200b7d380340edd7e8699a7aed1724f45c8769334d934e431b3be"
          cmd:
          - "python b.py --lr 0.1"
          wdir: "sub"
          deps:
          - {"path": "data/raw", "kind": "dir", "digest": "406b72e0476a6eaa6dcd4ecb88a0b66b9760577a23a115994d22c33d0ed3270d", "size": 1234, "files": 35}
          - {"path": "src/b.py", "kind": "file", "digest": "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d", "size": 99, "files": 1, "executable": true}
          params:
            params.yaml:
              b: {"lr": 0.1, "name": "a: b"}
              seed: 42
          env:
            CUDA_VISIBLE_DEVICES: null
            SEED: "1"
          writes:
          - "metric reports/b.json"
          - "out models/b"
          outs:
          - {"path": "models/b", "kind": "dir", "digest": "edb66ad36d417fddc847957fb7080fb106bd4de3aaea4596dc8caef5956e922a", "size": 5, "files": 2}
          - {"path": "reports/b.json", "kind": "file", "digest": "33f4d973345d6cd293b78e2c25c1637462898ae0277d35dabc25c257f8b27bfa", "size": 2, "files": 1}
      "
    `);
  });

  it('comes back as it was, also read as plain YAML', () => {
    fc.assert(
      fc.property(fc.dictionary(anyName, anyEntry, { maxKeys: 4 }), (entries) => {
        const lock = new Map(Object.entries(entries));
        const text = renderLock(lock);
        const back = parseLock(text);
        expect(back.warnings).toEqual([]);
        expect([...back.entries.keys()].sort()).toEqual([...lock.keys()].sort());
        for (const [name, entry] of lock) expect(sorted(back.entries.get(name))).toEqual(sorted(entry));
        expect(renderLock(back.entries)).toBe(text);
        const names = Object.keys((parse(text) as { stages: object }).stages);
        expect(names.sort()).toEqual([...lock.keys()].sort());
      }),
      { numRuns: 60 },
    );
  });

  it('is understood after another tool laid it out anew', () => {
    const lock = new Map([
      ['a', sampleEntry('a')],
      ['b', sampleEntry('b', { graph: undefined })],
    ]);
    const back = parseLock(stringify(parse(renderLock(lock))));
    expect(back).toEqual({ entries: lock, warnings: [] });
    expect(parseLock(renderLock(lock).replaceAll('\n', '\r\n'))).toEqual({ entries: lock, warnings: [] });
  });

  it('of a thousand stages is parsed and rendered in a moment', () => {
    const lock = new Map(Array.from({ length: 1000 }, (_, i) => [`stage@${i}`, sampleEntry(`s${i}`)]));
    const text = renderLock(lock);
    const before = process.cpuUsage();
    expect(renderLock(parseLock(text).entries)).toBe(text);
    // A YAML parser takes several seconds. Processor time, because other tests run at once.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });
});

describe('reading a lock', () => {
  it('a missing one is empty, a written one is equal, and an unchanged one is not touched', () => {
    const root = temporaryFolder();
    expect(readLock(root)).toEqual({ entries: new Map(), warnings: [] });
    const lock = new Map([['a', sampleEntry('a')]]);
    new LockFile(root, 'pipeline.lock').write(lock);
    expect(readLock(root)).toEqual({ entries: lock, warnings: [] });
    const before = statSync(join(root, 'pipeline.lock'), { bigint: true });
    new LockFile(root, 'pipeline.lock').write(lock);
    expect(statSync(join(root, 'pipeline.lock'), { bigint: true }).ino).toBe(before.ino);
    new LockFile(root, 'pipeline.lock').write(new Map());
    expect(readFileSync(join(root, 'pipeline.lock'), 'utf8')).toMatchInlineSnapshot(`
      "# Written by Ferment: what went into each stage the last time it succeeded, and what came out. Keep it in git.
      schema: ferment/1
      stages: {}
      "
    `);
    expect(readLock(root)).toEqual({ entries: new Map(), warnings: [] });
    expect(readdirSync(root)).toEqual(['pipeline.lock']);
  });

  const lock = new Map(['a', 'b', 'c', 'd'].map((name) => [name, sampleEntry(name)]));
  const blocks = (text: string): string[] => text.split(/\n(?= {2}\S)/);
  const text = renderLock(lock);

  it('a conflict makes the stages that it touches stale, and only these', () => {
    const changed = renderLock(new Map(lock).set('b', sampleEntry('b', { env: {} })));
    const ours = blocks(text)[2] ?? '';
    const theirs = blocks(changed)[2] ?? '';
    const conflicted = text.replace(ours, `<<<<<<< HEAD\n${ours}\n=======\n${theirs}\n>>>>>>> other`);
    const { entries, warnings } = parseLock(conflicted);
    expect([...entries.keys()]).toEqual(['a', 'c', 'd']);
    expect(warnings).toEqual(['pipeline.lock has merge conflicts in b: these count as never run.']);
  });

  it('a conflict inside of a block makes just its stage stale', () => {
    const line = /.*"models\/c".*/;
    const conflicted = text.replace(
      line,
      (old) => `<<<<<<< HEAD\n${old}\n||||||| base\n=======\n${old} \n>>>>>>> x`,
    );
    expect([...parseLock(conflicted).entries.keys()]).toEqual(['a', 'b', 'd']);
  });

  it('wherever a lock was cut off, it says of a stage what it said before, or nothing', () => {
    const whole = new Map(['a', 'b'].map((name) => [name, sampleEntry(name)]));
    const text = renderLock(whole);
    for (let length = 0; length <= text.length; length++)
      for (const [name, entry] of parseLock(text.slice(0, length)).entries)
        expect(entry).toEqual(whole.get(name));
  });

  it('a damaged block is left out with a warning', () => {
    const digest = lock.get('b')?.fingerprint ?? '';
    for (const bad of [
      text.replace(
        digest,
        digest.replace(/^./, (c) => (c === '0' ? '1' : '0')),
      ),
      text.replace('python b.py --lr 0.1', 'python b.py --lr 0.2'),
      text.replace('"path": "models/b"', '"path": "../models/b"'),
      text.replace('"path": "models/b"', '"path": ".git/b"'),
      text.replace('"path": "models/b"', '"path": "models//b"'),
      text.replace(/("path": "models\/b".*"digest": ")[0-9a-f]{3}/, '$1../'),
      text.replace(/("path": "models\/b".*"size": )5/, '$1-5'),
    ]) {
      expect(bad).not.toBe(text);
      const { entries, warnings } = parseLock(bad);
      expect([...entries.keys()]).toEqual(['a', 'c', 'd']);
      expect(warnings).toEqual([
        "pipeline.lock: the block of 'b' is damaged, so the stage counts as never run.",
      ]);
    }
  });

  it('a block that stands twice is left out', () => {
    const { entries, warnings } = parseLock(text + (blocks(text)[1] ?? ''));
    expect([[...entries.keys()], warnings.length]).toEqual([['b', 'c', 'd'], 1]);
  });

  it('what is no lock at all is an empty one, with a warning', () => {
    for (const bad of ['hello', '- 1', 'stages: 3', 'a: [', '\u0000']) {
      expect(parseLock(bad)).toEqual({
        entries: new Map(),
        warnings: ['pipeline.lock is damaged, so all stages count as never run.'],
      });
    }
  });

  it('a lock that is no file is an error with its code', () => {
    const root = temporaryFolder();
    writeFiles(root, { 'pipeline.lock/x': '' });
    expect(() => readLock(root)).toThrow(expect.objectContaining({ code: 'BAD_LOCK' }));
  });

  it('nothing in the text makes it throw, and no wrong entry comes out', () => {
    const cut = fc.record({
      at: fc.nat(text.length),
      length: fc.nat(40),
      put: fc.oneof(
        fc.string({ maxLength: 4 }),
        fc.constantFrom('\n<<<<<<< ', '\n=======\n', '"', ': ', '\n  ', '../'),
      ),
    });
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
        const bad = cuts.reduce(
          (t, { at, length, put }) => t.slice(0, at) + put + t.slice(at + length),
          text,
        );
        try {
          for (const [name, { fingerprint, inputs }] of parseLock(bad).entries) {
            // A name may have changed; inputs must still be those of some stage.
            expect([...lock.values()].map((entry) => entry.fingerprint)).toContain(fingerprint);
            expect([...lock.values()].map((entry) => withoutSizes(entry.inputs))).toContainEqual(
              withoutSizes(inputs),
            );
            expect(name).not.toBe('');
          }
        } catch (error) {
          if (!isFermentError(error)) throw error;
        }
      }),
      { numRuns: 120 },
    );
  });
});
