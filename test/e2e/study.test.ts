import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyStudyTo, ferment, outcomes, repository } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const tiny = join(repository, 'test', 'fixtures', 'study', 'params.tiny.yaml');
const repro = (root: string, ...options: readonly string[]) =>
  ferment(root, ['repro', '--json', '--params', tiny, ...options]);

/** The stages that did not end as `unchanged`. */
function touched(stages: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(stages).filter(([, outcome]) => outcome !== 'unchanged'));
}

function edit(root: string, path: string, from: string | RegExp, to: string): void {
  const file = join(root, path);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${path} has no ${from}`);
  writeFileSync(file, after);
}

/** The whole pipeline through the real binary with the real engine, then one edit after another: in this order. */
describe.sequential('the study', () => {
  const root = temporaryFolder(afterAll);
  let first: Record<string, string> = {};
  beforeAll(async () => {
    copyStudyTo(root);
    first = outcomes(await repro(root));
  }, 400_000);

  it('runs every stage the first time and leaves a report with its figures', () => {
    expect(new Set(Object.values(first))).toEqual(new Set(['ran']));
    expect(Object.keys(first).filter((name) => name.startsWith('sweep@'))).toHaveLength(10);
    const report = readFileSync(join(root, 'reports', 'report.md'), 'utf8');
    for (const match of report.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      expect(existsSync(join(root, 'reports', match[1] ?? ''))).toBe(true);
    }
    expect(readdirSync(join(root, 'reports', 'figures')).length).toBeGreaterThan(10);
    expect(report).toContain('481,551');
  });

  it('has on record on what each stage with tensors computed, and why', () => {
    const folder = join(root, '.ferment', 'runs-log');
    const { stages } = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8'));
    const names = Object.keys(first).filter((name) => /^(sweep|train|evaluate)@|^baseline$/.test(name));
    expect(names).toHaveLength(16);
    for (const name of names) {
      const { engine } = stages[name].records;
      expect(engine).toMatchObject({
        reason: expect.any(String),
        kernels: expect.stringContaining('fused'),
        threads: 1,
      });
      expect(engine.library).toMatch(/^TensorFlow \d/);
      const log = readFileSync(join(root, stages[name].log), 'utf8');
      expect(log).toContain(
        `${engine.library} on ${engine.device} with 1 thread (${engine.reason}); ${engine.kernels}`,
      );
    }
  });

  it('runs nothing the second time', async () => {
    expect(touched(outcomes(await repro(root)))).toEqual({});
  });

  it('writes a report of what is there when stages are left out, and the whole one again afterwards', async () => {
    const whole = readFileSync(join(root, 'reports', 'report.md'), 'utf8');
    const some = await repro(root, '--without', 'baseline');
    expect(touched(outcomes(some))).toEqual({ report: 'ran' });
    const report = readFileSync(join(root, 'reports', 'report.md'), 'utf8');
    expect(report).not.toContain('| VGG16 baseline | adam');
    expect(report).toContain('| MobileNetV2 | adam');
    const few = await repro(root, '--without', 'sweep', '--without', 'baseline', '--without', 'tsne');
    expect(touched(outcomes(few))).toEqual({ report: 'ran' });
    const bare = readFileSync(join(root, 'reports', 'report.md'), 'utf8');
    for (const said of [
      'No configuration was trained.',
      'No final training was run.',
      'No model was evaluated.',
      'No map was made.',
    ])
      expect(bare).toContain(said);
    expect(touched(outcomes(await repro(root)))).toEqual({ report: 'restored' });
    expect(readFileSync(join(root, 'reports', 'report.md'), 'utf8')).toBe(whole);
  });

  it('runs exactly what a changed learning rate touches, and restores it when the change is taken back', async () => {
    const line = /( {2}resnet:\n(?: {4}.*\n)*? {4}learningRate: )[\d.]+/;
    const old = line.exec(readFileSync(join(root, 'params.yaml'), 'utf8'))?.[0] ?? '';
    edit(root, 'params.yaml', line, '$10.0005');
    const names = ['compare@nets', 'evaluate@resnet', 'report', 'train@resnet', 'tsne@resnet'];
    expect(touched(outcomes(await repro(root)))).toEqual(Object.fromEntries(names.map((n) => [n, 'ran'])));
    edit(root, 'params.yaml', line, old);
    expect(touched(outcomes(await repro(root)))).toEqual(
      Object.fromEntries(names.map((n) => [n, 'restored'])),
    );
  }, 120_000);

  it('runs nothing for a changed comment, and the stages that import it for changed code', async () => {
    const helper = 'src/fer/maps/map-points.ts';
    edit(root, helper, /^/, '// another comment\n\n');
    expect(touched(outcomes(await repro(root)))).toEqual({});
    edit(root, helper, 'const TRUST_NEIGHBOURS = 12;', 'const TRUST_NEIGHBOURS = 11;');
    const stages = Object.keys(touched(outcomes(await repro(root))));
    expect(stages.filter((name) => name.startsWith('tsne@'))).toHaveLength(4);
    expect(stages.filter((name) => !name.startsWith('tsne@') && name !== 'report')).toEqual([]);
  }, 120_000);
});
