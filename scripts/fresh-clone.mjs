// Proves that a stranger's first minutes work: clones this checkout's last commit to a new folder and runs the
// README's two commands there. `npm run fresh`; `npm run fresh -- repro` or `-- test` runs one of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { $, argv, echo, within } from 'zx';

const commands = argv._.length > 0 ? argv._ : ['repro', 'test'];
const folder = await mkdtemp(join(tmpdir(), 'ferment-fresh-'));
try {
  await $`git clone --quiet --no-hardlinks . ${folder}`;
  for (const command of commands) {
    const started = Date.now();
    await within(async () => {
      $.cwd = folder;
      $.verbose = true;
      await $({ stdio: 'inherit' })`npm run ${command}`;
    });
    echo(`npm run ${command}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
