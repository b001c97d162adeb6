/** Runs repro on the project that is named, with options as JSON, and writes one JSON line for each event: a process that a test can kill. */
import { loadProject, type ReproOptions, repro } from '../../src/runner/index.ts';

const options = JSON.parse(process.argv[3] ?? '{}') as ReproOptions;
const summary = await repro(loadProject({ cwd: process.argv[2] ?? '.' }), {
  ...options,
  onEvent: ({ type }) => process.stdout.write(`${JSON.stringify({ type })}\n`),
});
const outcomes = Object.fromEntries([...summary.stages].map(([name, { outcome }]) => [name, outcome]));
process.stdout.write(`${JSON.stringify({ type: 'outcomes', outcomes })}\n`);
