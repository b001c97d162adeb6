/** Sweeps a project so many times, keeping only what its lock names. */
import { gc, loadProject } from '../../src/runner/index.ts';

const [root = '.', times = '1'] = process.argv.slice(2);
for (let i = 0; i < Number(times); i++) await gc(loadProject({ cwd: root }), { keepRuns: 0 });
