import { expect, it } from 'vitest';
import { runnerProject } from '../support/runner-project.ts';

/** A stage that writes when it began and ended, and waits until it saw `partners` others running. */
const meet = (name: string, partners: number): string => `
  ${name}:
    cmd: |
      touch in-${name}
      until [ $(ls | grep -c '^in-') -ge ${partners} ]; do sleep 0.02; done
      echo done > ${name}
    outs: [${name}]`;

it('independent stages run at the same time, as many as there are jobs', async () => {
  const p = runnerProject({ 'pipeline.yaml': `stages:${meet('a', 3)}${meet('b', 3)}${meet('c', 3)}\n` });
  expect((await p.repro({ jobs: 3 })).outcomes).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
});

/** A stage that fails when another one is running. */
const alone = (name: string, resources: string): string => `
  ${name}:
    cmd: |
      mkdir busy
      sleep 0.05
      rmdir busy
      echo $FERMENT_CPUS $FERMENT_GPUS > ${name}
    outs: [${name}]
    resources: ${resources}`;

it('a stage gets the slots that it asks for, at most all of them, and one job is one at a time', async () => {
  const p = runnerProject({
    'pipeline.yaml': `stages:${alone('a', '{cpus: 2}')}${alone('b', '{cpus: 9}')}${alone('c', '{cpus: 2}')}\n`,
  });
  expect((await p.repro({ jobs: 2 })).outcomes).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
  expect(p.read('b')).toBe('2 0\n');
  expect((await p.repro({ jobs: 1, force: true })).outcomes).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
  expect(p.read('b')).toBe('1 0\n');
});

it('of stages that wait, the one with the longest way to the end starts first, as far as it is known', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  short1: {cmd: echo short1 >> order; echo > s1, outs: [s1], deps: [k], resources: {cpus: 2}}
  short2: {cmd: echo short2 >> order; echo > s2, outs: [s2], deps: [k], resources: {cpus: 2}}
  long: {cmd: echo long >> order; sleep 0.3; echo > l, outs: [l], deps: [k], resources: {cpus: 2}}
`,
    k: '1',
  });
  await p.repro({ jobs: 2 });
  p.write('k', '2');
  p.remove('order');
  await p.repro({ jobs: 2 });
  expect(p.read('order').split('\n')[0]).toBe('long');
});
