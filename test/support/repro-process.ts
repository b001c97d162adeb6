/** Runs repro on the project that is named, and writes one JSON line for each event: a process that a test can kill. */
import { loadProject, repro } from '../../src/runner/index.ts';

const summary = await repro(loadProject({ cwd: process.argv[2] ?? '.' }), {
  onEvent: ({ type }) => process.stdout.write(`${JSON.stringify({ type })}\n`),
});
const outcomes = Object.fromEntries([...summary.stages].map(([name, { outcome }]) => [name, outcome]));
process.stdout.write(`${JSON.stringify({ type: 'outcomes', outcomes })}\n`);
