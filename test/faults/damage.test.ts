import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { ferment } from './support/command.ts';
import { complaintAbout, notFresh, repro } from './support/outcomes.ts';
import { OUTS, setParams, snapshot, writePipeline } from './support/pipeline.ts';

const RUNS = Number(process.env['FERMENT_FAULTS'] ?? 5);
const shelf = temporaryFolder(afterAll);
let trials = 0;

/** A way to damage a file; `at` in [0, 1) says where in it. */
const DAMAGES = {
  'remove it': (path: string) => rmSync(path),
  'cut it to nothing': (path: string) => writeOver(path, Buffer.alloc(0)),
  'cut it in two': (path: string, at: number) => {
    const bytes = readFileSync(path);
    writeOver(path, bytes.subarray(0, Math.floor(bytes.length * at)));
  },
  'flip a bit': (path: string, at: number) => {
    const bytes = readFileSync(path);
    const index = Math.floor(bytes.length * at);
    if (bytes.length > 0) bytes[index] = (bytes[index] ?? 0) ^ (1 << (index % 8));
    writeOver(path, bytes);
  },
  'put other bytes of the same size': (path: string) =>
    writeOver(path, Buffer.alloc(statSync(path).size, 'x')),
  'put a folder in its place': (path: string) => {
    rmSync(path);
    mkdirSync(path);
  },
  'put a link in its place that leads to a file of the system': (path: string) => {
    rmSync(path);
    symlinkSync('/etc/hostname', path);
  },
} as const satisfies Record<string, (path: string, at: number) => void>;

/** As a failing disk does: same inode, whatever its rights. */
function writeOver(path: string, bytes: Uint8Array): void {
  execFileSync('chmod', ['u+w', path]);
  writeFileSync(path, bytes);
}

const damage = fc.record({
  how: fc.constantFrom(...(Object.keys(DAMAGES) as (keyof typeof DAMAGES)[])),
  which: fc.double({ min: 0, max: 0.999999, noNaN: true }),
  at: fc.double({ min: 0, max: 0.999999, noNaN: true }),
});

async function projectWithHistory(): Promise<{ origin: string; expected: Readonly<Record<string, string>> }> {
  const origin = join(shelf, `origin-${trials++}`);
  mkdirSync(origin);
  writePipeline(origin);
  await repro(origin);
  const expected = snapshot(origin);
  setParams(origin, 2);
  await repro(origin);
  return { origin, expected };
}

it('whatever is damaged in .ferment: the next run gives what an undamaged one gives', {
  timeout: 3_600_000,
}, async () => {
  const { origin, expected } = await projectWithHistory();
  const { 'pipeline.lock': _, ...wanted } = expected;
  await fc.assert(
    fc.asyncProperty(
      fc.array(damage, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      async (damages, areOutsGone) => {
        const victim = join(shelf, `victim-${trials++}`);
        execFileSync('cp', ['-a', origin, victim]);
        for (const { how, which, at } of damages) damageOne(join(victim, '.ferment'), { how, which, at });
        if (areOutsGone) for (const out of OUTS) rmSync(join(victim, out), { recursive: true });
        setParams(victim, 1);
        const ended = await ferment(victim, ['repro', '-j3']);
        expect(complaintAbout(ended)).toBeUndefined();
        expect(ended.exit, ended.shown).toBe(0);
        const { 'pipeline.lock': lock, ...made } = snapshot(victim);
        expect(lock).toBeDefined();
        expect(made).toEqual(wanted);
        expect(await notFresh(victim, ['unchanged'])).toEqual({});
        rmSync(victim, { recursive: true });
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
});

function damageOne(
  folder: string,
  { how, which, at }: { readonly how: keyof typeof DAMAGES; readonly which: number; readonly at: number },
): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const file = files[Math.floor(files.length * which)];
  if (file !== undefined) DAMAGES[how](file, at);
}

it('whatever is done to pipeline.lock: the next run gives what an undisturbed one gives', {
  timeout: 3_600_000,
}, async () => {
  const { origin } = await projectWithHistory();
  const lock = readFileSync(join(origin, 'pipeline.lock'), 'utf8');
  const { 'pipeline.lock': _, ...wanted } = snapshot(origin);
  const edit = fc.oneof(
    fc.record({ kind: fc.constant('line-gone' as const), line: fc.nat() }),
    fc.record({ kind: fc.constant('line-twice' as const), line: fc.nat() }),
    fc.record({
      kind: fc.constant('text' as const),
      line: fc.nat(),
      text: fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom('<<<<<<< HEAD', '=======', '>>>>>>> other', '*a', '__proto__: {x: 1}', '  - ../../x'),
      ),
    }),
    fc.record({ kind: fc.constant('digit' as const), line: fc.nat() }),
    fc.record({ kind: fc.constant('end' as const), line: fc.nat() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const victim = join(shelf, `victim-${trials++}`);
      execFileSync('cp', ['-a', origin, victim]);
      let lines = lock.split('\n');
      for (const each of edits) lines = edited(lines, each);
      writeFileSync(join(victim, 'pipeline.lock'), lines.join('\n'));
      const ended = await ferment(victim, ['repro', '-j3']);
      expect(complaintAbout(ended)).toBeUndefined();
      expect(ended.exit, ended.shown).toBe(0);
      // An edit of the header, or of a size, changes nothing that counts: the file is then left as it is.
      const { 'pipeline.lock': left, ...made } = snapshot(victim);
      expect(left).toBeDefined();
      expect(made).toEqual(wanted);
      expect(await notFresh(victim, ['unchanged'])).toEqual({});
      rmSync(victim, { recursive: true });
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

type Edit =
  | { readonly kind: 'line-gone' | 'line-twice' | 'digit' | 'end'; readonly line: number }
  | { readonly kind: 'text'; readonly line: number; readonly text: string };

function edited(lines: readonly string[], edit: Edit): string[] {
  const at = lines.length === 0 ? 0 : edit.line % lines.length;
  const line = lines[at] ?? '';
  switch (edit.kind) {
    case 'line-gone':
      return lines.filter((_, i) => i !== at);
    case 'line-twice':
      return lines.flatMap((one, i) => (i === at ? [one, one] : [one]));
    case 'text':
      return [...lines.slice(0, at), edit.text, ...lines.slice(at)];
    case 'digit':
      return lines.map((one, i) =>
        i === at ? line.replace(/\d/, (d) => String((Number(d) + 1) % 10)) : one,
      );
    case 'end':
      return lines.slice(0, at);
  }
}
