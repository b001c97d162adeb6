import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';

it('fsck exits with 4 and says whose a damaged object is and what became of it, then with 0', async () => {
  const p = cliProject({
    'pipeline.yaml': 'stages: {make: {cmd: cp in out.txt, deps: [in], outs: [out.txt]}}\n',
    in: 'text\n',
  });
  await p.ferment('repro');
  expect(await p.ferment('fsck')).toMatchInlineSnapshot(`
    "exit 0
    Checked 1 object (5 B), 1 result, 1 stage in the lock: all is well."
  `);
  const objects = join(p.root, '.ferment/objects');
  const [shard = ''] = readdirSync(objects);
  const [name = ''] = readdirSync(join(objects, shard));
  chmodSync(join(objects, shard, name), 0o644);
  writeFileSync(join(objects, shard, name), 'tex7\n');
  const shown = async (...args: string[]): Promise<string> =>
    (await p.ferment('fsck', ...args)).replaceAll(/\b[0-9a-f]{8}\b/g, 'DIGEST');
  expect(await shown('--dry')).toMatchInlineSnapshot(`
    "exit 4
    bad     Object DIGEST does not have the bytes that its name says: out.txt of stage make.
            Move it to quarantine, and store it again where the workspace still has it: ferment fsck
    bad     pipeline.lock names out.txt, and it is not in the store; the workspace still has it.
            Store it again from there: ferment fsck
    note    An earlier result of make cannot be restored: out.txt is not all in the store.

    Checked 1 object (5 B), 1 result, 1 stage in the lock: 2 problems."
  `);
  expect(await shown()).toMatchInlineSnapshot(`
    "exit 4
    bad     Object DIGEST does not have the bytes that its name says: out.txt of stage make; moved to quarantine.
    mended  pipeline.lock names out.txt, and it is not in the store; stored again from the workspace.

    Checked 1 object (5 B), 1 result, 1 stage in the lock: 1 problem, 1 mended."
  `);
  expect(JSON.parse(await p.json(0, 'fsck', '--json'))).toMatchObject({
    ok: true,
    findings: [{ kind: 'quarantined' }],
  });
});
