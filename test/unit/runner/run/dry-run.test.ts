import { expect, it } from 'vitest';
import { type RunnerProject, runnerProject } from '../../../support/runner-project.ts';

/** Stage to the reasons of a dry run, as `kind name change`; the error of a stage that would fail. */
async function reasons(p: RunnerProject): Promise<Record<string, unknown>> {
  const { events } = await p.repro({ dry: true, keepGoing: true });
  const said: Record<string, unknown> = {};
  for (const event of events) {
    if (event.type === 'stage-decided')
      said[event.stage] = event.reasons.map(({ kind, name, change }) => `${kind} ${name} ${change}`.trim());
    if (event.type === 'stage-end' && event.error !== undefined) said[event.stage] = event.error.message;
  }
  return said;
}

function twoOuts(): RunnerProject {
  return runnerProject({
    'pipeline.yaml': `
stages:
  make: {cmd: "cp in a.txt; cp in b.txt; mkdir -p d && cp in d/x.md", deps: [in], outs: [a.txt, b.txt, d]}
  reader: {cmd: "cp a.txt out.txt", deps: [a.txt, own], params: [k], outs: [out.txt]}
  texts: {cmd: "cat d/*.md > texts.txt", deps: ["d/*.md"], outs: [texts.txt]}
`,
    'params.yaml': 'k: 1\n',
    in: '1',
    own: '1',
  });
}

it('behind a stage that would run, a stage names what it reads of it, and no other out', async () => {
  const p = twoOuts();
  await p.repro();
  p.write('in', '2');
  expect(await reasons(p)).toEqual({
    make: ['dep in modified'],
    reader: ['dep a.txt modified'],
    texts: ['dep d modified'],
  });
});

it('behind a stage that would run, a stage names its own changes, too', async () => {
  const p = twoOuts();
  expect(await reasons(p)).toMatchObject({ reader: ['never-run  new', 'dep a.txt modified'] });
  await p.repro();
  p.write('in', '2');
  p.write('own', '2');
  p.write('a.txt', 'edited by hand');
  p.write('params.yaml', 'k: 2\n');
  expect(await reasons(p)).toMatchObject({
    reader: ['dep own modified', 'param params.yaml:k modified', 'dep a.txt modified'],
  });
});

it('a dep that nobody makes is told, though something upstream would run', async () => {
  const p = twoOuts();
  p.remove('own');
  expect(await reasons(p)).toMatchObject({ reader: "Stage 'reader' depends on own, which does not exist." });
});

it('a parameter file that a stage would write need not be there yet', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  make: {cmd: "echo 'k: 1' > made.yaml", outs: [made.yaml], deps: [in]}
  reader: {cmd: "cp made.yaml out", params: [{made.yaml: [k]}], outs: [out]}
`,
    in: '1',
  });
  expect(await reasons(p)).toMatchObject({ reader: ['never-run  new', 'dep made.yaml modified'] });
  await p.repro();
  p.write('in', '2');
  expect(await reasons(p)).toMatchObject({ reader: ['dep made.yaml modified'] });
});
