/**
 * `npm run differential -- --minutes 20 --seed 7`: the differential test at length. Each seed is one project; the next
 * seeds follow until the time is over. A difference is told with the fewest steps that show it, and both copies of its
 * project are kept to be looked at.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepCopies } from '../test/differential/copies.ts';
import { startDvcServer } from '../test/differential/dvc-server.ts';
import { playSeed, tell } from '../test/differential/play-seed.ts';
import { findDvc, NO_DVC } from '../test/support/dvc.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    /** As many projects at most. */
    projects: { type: 'string', default: 'Infinity' },
    /** Where the copies of projects with differences go. */
    keep: { type: 'string', default: join(tmpdir(), 'ferment-differences') },
    /** How long to look for a smaller project that shows the same. */
    'shrink-seconds': { type: 'string', default: '120' },
  },
});

const dvc = findDvc();
if (dvc === undefined) {
  console.error(NO_DVC);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'ferment-differential-'));
const server = startDvcServer(dvc, folder);
const shrinkMs = Number(values['shrink-seconds']) * 1000;
const end = Date.now() + Number(values.minutes) * 60_000;
const known = new Map<string, number>();
let [projects, commands, outcomes, differing] = [0, 0, 0, 0];
for (let seed = Number(values.seed); projects < Number(values.projects) && Date.now() < end; seed += 1) {
  const { first, smallest } = await playSeed(seed, join(folder, 'project'), server, { shrinkMs });
  projects += 1;
  commands += first.commands;
  outcomes += first.outcomes;
  for (const [id, count] of first.known) known.set(id, (known.get(id) ?? 0) + count);
  if (smallest === undefined) continue;
  differing += 1;
  const kept = join(values.keep, `seed-${seed}`);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  keepCopies(smallest.copies, kept);
  writeFileSync(join(kept, 'played.json'), `${JSON.stringify(smallest, null, 2)}\n`);
  console.log(`\nseed ${seed}, kept in ${kept}:\n${tell(smallest)}`);
}
server.close();
rmSync(folder, { recursive: true, force: true });
console.log(
  `\n${projects} projects, ${commands} commands, ${outcomes} outcomes, ${differing} with differences`,
);
console.log('Known differences that were met:');
for (const [id, count] of [...known].sort()) console.log(`  ${count} ${id}`);
process.exitCode = differing === 0 ? 0 : 1;
