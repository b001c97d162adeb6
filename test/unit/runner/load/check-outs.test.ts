import { expect, it } from 'vitest';
import { failure, load, loadText } from './project.ts';

it('a stage may not write what the project is made of, and every such path is shown at its place', () => {
  const files = {
    'pipeline.yaml': `vars: [more.yaml, 'conf/some.yaml:a']
stages:
  a:
    cmd: x
    outs: [pipeline.yaml, good, deep/dvc.yaml]
    metrics: {lock: {path: ./pipeline.lock}}
    plots:
    - more.yaml: {cache: false}
    checkpoints: [params.yaml]
  b: {cmd: x, wdir: sub, outs: [../conf]}
`,
    'more.yaml': 'm: 1\n',
    'conf/some.yaml': 'a: 1\n',
  };
  expect(failure(() => load(files))).toMatchInlineSnapshot(`
    "BAD_PIPELINE
    pipeline.yaml:5:12 The out 'pipeline.yaml' cannot be used: it says what the stages are.
      5 |     outs: [pipeline.yaml, good, deep/dvc.yaml]
        |            ^^^^^^^^^^^^^
      Let the stage write another file.

    pipeline.yaml:5:33 The out 'deep/dvc.yaml' cannot be used: it says what the stages are.
      5 |     outs: [pipeline.yaml, good, deep/dvc.yaml]
        |                                 ^^^^^^^^^^^^^
      Let the stage write another file.

    pipeline.yaml:6:28 The metric './pipeline.lock' cannot be used: Ferment writes it.
      6 |     metrics: {lock: {path: ./pipeline.lock}}
        |                            ^^^^^^^^^^^^^^^
      Let the stage write another file.

    pipeline.yaml:8:7 The plot 'more.yaml' cannot be used: templates take their values from it.
      8 |     - more.yaml: {cache: false}
        |       ^^^^^^^^^
      Let the stage write another file.

    pipeline.yaml:9:19 The checkpoint 'params.yaml' cannot be used: templates take their values from it.
      9 |     checkpoints: [params.yaml]
        |                   ^^^^^^^^^^^
      Let the stage write another file.

    pipeline.yaml:10:33 The out '../conf' cannot be used: conf/some.yaml is in it.
      10 |   b: {cmd: x, wdir: sub, outs: [../conf]}
         |                                 ^^^^^^^
      Let the stage write another file."
  `);
});

it('the default parameter file of a sub-folder is refused, and the lock of a file that is named', () => {
  const below = {
    'pipeline.yaml': 'stages: {a: {cmd: x, outs: [sub/params.yaml]}}',
    'sub/dvc.yaml': 'stages: {}',
  };
  expect(failure(() => load(below))).toContain("The out 'sub/params.yaml' cannot be used");
  const named = { 'other.yaml': 'stages: {a: {cmd: x, outs: [other.lock]}}' };
  expect(failure(() => load(named, { file: 'other.yaml' }))).toContain("The out 'other.lock' cannot be used");
});

it('a parameter file that only stages read may be written', () => {
  const text = `stages:
  make: {cmd: x, outs: [found.yaml, sub/params.yaml]}
  use: {cmd: x, params: [found.yaml: [k]], outs: [o]}
  below: {cmd: x, wdir: sub, params: [k], outs: [p]}
`;
  expect(loadText(text).stages.map(({ name }) => name)).toEqual(['make', 'use', 'below']);
});
