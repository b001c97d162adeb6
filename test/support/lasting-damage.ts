import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, fsck, loadProject } from '../../src/runner/index.ts';

/** What stays wrong: an object that is named while a sweep has it in its hands is back a moment later. */
export async function lastingDamage(root: string): Promise<readonly Finding[]> {
  let bad: readonly Finding[] = [];
  for (let i = 0; i < 20; i++) {
    const { findings } = await fsck(loadProject({ cwd: root }), { dry: true });
    bad = findings.filter(({ severity }) => severity === 'bad');
    if (bad.length === 0) break;
    await untilGone(join(root, '.ferment/sweeper'));
  }
  return bad;
}

async function untilGone(path: string): Promise<void> {
  while (existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
}
