import { join } from 'node:path';
import { expect, it } from 'vitest';
import type {
  Progress as RunnersProgress,
  StageFile as RunnersStageFile,
} from '../../src/runner/run/protocol.ts';
import type { Progress, StageFile } from '../../src/stage/index.ts';
import { repository } from '../support/project.ts';
import { runnerProject } from '../support/runner-project.ts';

/** Fails to compile when one side of the protocol has what the other has not. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const sameStageFile: Same<StageFile, RunnersStageFile> = true;
const sameProgress: Same<Progress, RunnersProgress> = true;

const PROGRAM = `
import { readFileSync, writeFileSync } from 'node:fs';
import { runStage } from ${JSON.stringify(join(repository, 'src/stage/index.ts'))};

await runStage<unknown>((stage) => {
  stage.progress({ done: 3, total: 3, unit: 'epoch', text: 'epoch 3/3', rate: 1.5, etaSeconds: 0, values: { loss: 0.5 } });
  stage.warn('mind this');
  stage.log('a line');
  stage.record('device', { name: 'cpu' });
  const told = {
    name: stage.name, key: stage.key, params: stage.params, cpus: stage.cpus, gpus: stage.gpus,
    dep: stage.dep('text'), deps: stage.deps('all'), other: stage.dep('b'), optional: stage.optionalDep('none') ?? null,
    out: stage.out('told'), metric: stage.out('scores'), plot: stage.out('curve'), checkpoint: stage.checkpoint('state'),
    graph: stage.graph(),
  };
  writeFileSync(stage.out('told'), JSON.stringify(told));
  writeFileSync(stage.out('curve'), readFileSync(stage.dep('text')));
  stage.writeMetrics('scores', { accuracy: 0.5 });
});
`;

const PIPELINE = `
stages:
  learn:
    desc: Learns
    foreach: [x]
    do:
      module: stages/learn.ts
      graph: true
      params: [seed, models.x, {other.yaml: null}]
      deps: {text: data/a.txt, all: "data/*.txt", b: data/b.txt}
      outs: {told: out/told.json}
      metrics: {scores: {path: out/scores.json, cache: false}}
      plots: {curve: {path: out/curve.csv}}
      checkpoints: {state: out/state}
      resources: {cpus: 2}
  after: {cmd: cat out/told.json, deps: [out/told.json]}
`;

it('a real stage program reads what the runner gives it, and the runner what the program says', async () => {
  expect(sameStageFile && sameProgress).toBe(true);
  const p = runnerProject({
    'pipeline.yaml': PIPELINE,
    'params.yaml': 'seed: 7\nmodels: {x: {lr: 0.1}, y: {lr: 1}}\n',
    'other.yaml': 'unit: mm\n',
    'package.json': '{"type": "module", "sideEffects": false}',
    'stages/learn.ts': PROGRAM,
    'data/a.txt': 'a',
    'data/b.txt': 'b',
  });
  const { events, outcomes } = await p.repro({ jobs: 4, targets: ['learn@x'] });
  expect(outcomes).toEqual({ 'learn@x': 'ran' });
  expect(JSON.parse(p.read('out/told.json'))).toEqual({
    name: 'learn@x',
    key: 'x',
    params: { seed: 7, models: { x: { lr: 0.1 } }, unit: 'mm' },
    cpus: 2,
    gpus: 0,
    dep: 'data/a.txt',
    deps: ['data/a.txt', 'data/b.txt'],
    other: 'data/b.txt',
    optional: null,
    out: 'out/told.json',
    metric: 'out/scores.json',
    plot: 'out/curve.csv',
    checkpoint: 'out/state',
    graph: {
      stages: [{ name: 'learn@x', desc: 'Learns' }, { name: 'after' }],
      edges: [['learn@x', 'after']],
    },
  });
  const told = events.filter(({ type }) => type === 'stage-progress' || type === 'stage-warning');
  expect(told).toEqual([
    {
      type: 'stage-progress',
      stage: 'learn@x',
      progress: {
        done: 3,
        total: 3,
        unit: 'epoch',
        text: 'epoch 3/3',
        rate: 1.5,
        etaSeconds: 0,
        values: { loss: 0.5 },
      },
    },
    { type: 'stage-warning', stage: 'learn@x', text: 'mind this' },
  ]);
  const lines = events.flatMap((event) => (event.type === 'stage-output' ? [event.line] : []));
  expect(lines).toEqual(['a line']);
});

it('an error of a stage program is its message, without a stack trace; a bug has one, in terms of the sources', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {a: {module: stages/a.ts, outs: [a]}, b: {module: stages/b.ts, outs: [b]}}\n',
    'package.json': '{"type": "module", "sideEffects": false}',
    'stages/a.ts': `import { runStage } from ${JSON.stringify(join(repository, 'src/stage/index.ts'))};\nawait runStage((stage) => { stage.dep('nope'); });\n`,
    'stages/b.ts': `import { runStage } from ${JSON.stringify(join(repository, 'src/stage/index.ts'))};\n\n\nawait runStage(() => {\n  throw new TypeError('a bug');\n});\n`,
  });
  const { events } = await p.repro({ jobs: 1, keepGoing: true });
  const lines = (stage: string) =>
    events.flatMap((event) => (event.type === 'stage-output' && event.stage === stage ? [event.line] : []));
  expect(lines('a')).toEqual([
    "Stage 'a' and its program disagree: no dep is named 'nope' (declared: none).",
    'Change the stage in pipeline.yaml or its program.',
  ]);
  expect(lines('b')[0]).toBe('TypeError: a bug');
  expect(lines('b')[1]).toContain('stages/b.ts:5:9');
});
