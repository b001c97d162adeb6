import { expect, it } from 'vitest';
import { loadProject, repro } from '../../../../src/runner/index.ts';
import { runnerProject } from '../../../support/runner-project.ts';

/** The hint of the error about a missing dep. */
async function hintFor(dep: string, params: string, overrides: readonly string[] = []): Promise<unknown> {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  get: {cmd: cat faces, params: [download], deps: ["${dep}"]}
`,
    'params.yaml': params,
    'f/x.zip': '1',
    'faces.zip': '1',
  });
  const { error } = await repro(loadProject({ cwd: p.root, overrides }));
  expect(error?.code).toBe('MISSING_DEP');
  return error?.hint;
}

it('a missing dep whose path is a parameter names the parameter and the text that gave it', async () => {
  const path = `\${download.path}`;
  expect(await hintFor(path, 'other: data.csv\ndownload: {path: data.csv}\n')).toBe(
    'Put it there, or correct download.path in params.yaml.',
  );
  expect(await hintFor(path, 'download: {path: face.zip}\n')).toBe(
    "Did you mean 'faces.zip'? The path is download.path in params.yaml.",
  );
  expect(await hintFor(path, 'download: {path: faces.zip}\n', ['download.path=data.csv'])).toBe(
    'Put it there, or correct download.path, given with -S.',
  );
  expect(await hintFor(`\${download.from[0].path}`, 'download: {from: [{path: ./data.csv}]}\n')).toBe(
    'Put it there, or correct download.from[0].path in params.yaml.',
  );
});

it('a missing dep that the pipeline file names itself is corrected there', async () => {
  expect(await hintFor('data.csv', 'download: 1\n')).toBe(
    'Put it there, or correct the path in pipeline.yaml.',
  );
  expect(await hintFor('face.zip', 'download: 1\n')).toBe("Did you mean 'faces.zip'?");
});

it('for a missing dep outside of the project nothing inside is suggested', async () => {
  expect(await hintFor('/nowhere.zip', 'download: 1\n')).toBe(
    'Put it there, or correct the path in pipeline.yaml.',
  );
  expect(await hintFor('../face.zip', 'download: 1\n')).toBe(
    'Put it there, or correct the path in pipeline.yaml.',
  );
  expect(await hintFor(`\${download.path}`, 'download: {path: /nowhere.zip}\n')).toBe(
    'Put it there, or correct download.path in params.yaml.',
  );
});
