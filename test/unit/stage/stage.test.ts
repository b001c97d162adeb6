import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStage, type StageFile } from '../../../src/stage/index.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary.ts';

const file: StageFile = {
  stage: 'train@resnet',
  root: '/project',
  params: { train: { resnet: { epochs: 3 } } },
  deps: { data: 'data/processed', runs: ['a.json', 'b.json'] },
  outs: { model: 'artifacts/model' },
  metrics: { scores: 'reports/scores.json' },
  plots: {},
  checkpoints: { state: 'artifacts/state' },
  cpus: 2,
  gpus: 0,
};

function open(overrides: Partial<StageFile> = {}): { folder: string; stage: ReturnType<typeof openStage> } {
  const folder = temporaryFolder();
  const path = join(folder, 'stage.json');
  writeFiles(folder, { 'stage.json': JSON.stringify({ ...file, ...overrides }) });
  return { folder, stage: openStage({ FERMENT_STAGE_FILE: path }) };
}

describe('openStage', () => {
  it('gives params and paths by name', () => {
    const { stage } = open();
    expect(stage.key).toBe('resnet');
    expect(stage.params).toEqual({ train: { resnet: { epochs: 3 } } });
    expect([stage.dep('data'), stage.deps('runs'), stage.out('model'), stage.checkpoint('state')]).toEqual([
      'data/processed',
      ['a.json', 'b.json'],
      'artifacts/model',
      'artifacts/state',
    ]);
    expect(stage.optionalDep('weights')).toBeUndefined();
    expect([stage.optionalDeps('runs'), stage.optionalDeps('weights')]).toEqual([['a.json', 'b.json'], []]);
  });

  it('names the declared ones when a program asks for another', () => {
    const { stage } = open();
    expect(() => stage.dep('dato')).toThrow(
      "Stage 'train@resnet' and its program disagree: no dep is named 'dato' (declared: data, runs).",
    );
    expect(() => stage.dep('runs')).toThrow("the dep 'runs' is a glob of 2 paths: ask for deps('runs')");
    expect(() => stage.dep('__proto__')).toThrow("no dep is named '__proto__'");
    expect(() => stage.graph()).toThrow('without declaring `graph: true`');
  });

  it('says how to start a stage that was started by hand', () => {
    expect(() => openStage({})).toThrow('This program is a stage');
  });

  it('writes metrics that read well in a diff', () => {
    const { folder } = open();
    const scores = join(folder, 'deep', 'scores.json');
    const { stage } = open({ metrics: { scores } });
    stage.writeMetrics('scores', { accuracy: 0.5 });
    expect(readFileSync(scores, 'utf8')).toBe('{\n  "accuracy": 0.5\n}\n');
  });
});

describe('runStage', () => {
  const door = resolve('src/stage/index.ts');
  const kit = resolve('src/kit/index.ts');
  const run = (body: string): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } => {
    const folder = temporaryFolder();
    const program = `import { runStage } from ${JSON.stringify(door)};\nimport { FermentError } from ${JSON.stringify(kit)};\nawait runStage(async (stage) => { ${body} });\n`;
    writeFiles(folder, { 'stage.json': JSON.stringify(file), 'program.mts': program });
    return spawnSync(process.execPath, ['--import', 'tsx', join(folder, 'program.mts')], {
      encoding: 'utf8',
      cwd: resolve('.'),
      env: { ...process.env, FERMENT_STAGE_FILE: join(folder, 'stage.json'), FERMENT_MESSAGE_FD: '3' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    }) as never;
  };

  it('turns a known error into message, hint and its exit code, without a stack trace', () => {
    const result = run(
      `throw new FermentError('DATA_MISSING', 'No archive.', {hint: 'Set download.path.'});`,
    );
    expect([result.status, result.stderr]).toEqual([1, 'No archive.\nSet download.path.\n']);
  });

  it('shows where a bug is and exits with 70', () => {
    const result = run(`throw new TypeError('oops');`);
    expect(result.status).toBe(70);
    expect(result.stderr).toMatch(/TypeError: oops\n\s+at /);
  });

  it('sends progress, warnings and records as lines of JSON', () => {
    const result = run(
      `stage.progress({done: 1, total: 1, unit: 'image'}); stage.warn('careful'); stage.record('seconds', 2);`,
    );
    const lines = String(result.output[3]).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { type: 'progress', done: 1, total: 1, unit: 'image' },
      { type: 'warning', text: 'careful' },
      { type: 'record', key: 'seconds', value: 2 },
    ]);
  });
});
