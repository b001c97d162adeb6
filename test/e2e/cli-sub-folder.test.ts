import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';

it('commands in a sub-folder are about the whole project, and cut nothing out of it', async () => {
  const p = cliProject({
    'pipeline.yaml': 'stages: {top: {cmd: cp sub/out.txt top.txt, deps: [sub/out.txt], outs: [top.txt]}}\n',
    'sub/pipeline.yaml': 'stages: {low: {cmd: cp in.txt out.txt, deps: [in.txt], outs: [out.txt]}}\n',
    'sub/in.txt': '1\n',
  });
  const inSub = (...args: readonly string[]) => p.fermentAs({ cwd: join(p.root, 'sub') }, ...args);
  const stale = await p.ferment('status');
  for (const command of [
    ['status'],
    ['why', 'sub:low'],
    ['repro', '--dry'],
    ['checkout'],
    ['fsck', '--dry'],
  ]) {
    const fromSub = await inSub(...command);
    expect(fromSub).toBe(command[0] === 'status' ? stale : await p.ferment(...command));
    expect(p.has('sub/.ferment')).toBe(false);
  }
  expect(await inSub('repro', 'low')).toMatchInlineSnapshot(`
    "exit 2
    ! error: There is no stage, group or out 'low'.
    Did you mean 'sub:low'?"
  `);
  expect(JSON.parse((await p.json(0, 'repro', '--json')).trim().split('\n').at(-1) ?? '')).toMatchObject({
    stages: { 'sub:low': 'ran', top: 'ran' },
  });
  p.write('sub/in.txt', '2\n');
  expect(await inSub('status', '--json')).toBe(await p.ferment('status', '--json'));
  expect(JSON.parse(await p.json(0, 'status', '--json'))).toHaveProperty(['sub:low']);
});
