import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDvc, NO_DVC } from '../support/dvc.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { outcomesOfDvc, statusOfDvc } from './dvc-output.ts';
import { type DvcServer, runDvc, startDvcServer } from './dvc-server.ts';
import { play } from './play.ts';
import { playSeed, tell } from './play-seed.ts';
import { projectOf, tellingSeeds } from './telling-seeds.ts';

/*
 * Generated projects and edits, played with Ferment and with a real DVC: which stages ran, what they wrote, what the
 * status says. `npm run differential -- --minutes 20 --seed N` does it at length; docs/testing.md has more.
 */

/** As many as a slow machine plays in a minute. A fixed number: what passes on one machine passes on another. */
const PROJECTS = 8;
/** Of so many seeds the most telling come first. */
const CANDIDATES = 200;

const dvc = findDvc();
if (dvc === undefined) console.warn(NO_DVC);

describe.skipIf(dvc === undefined)('beside a real DVC', () => {
  let server: DvcServer;
  let folder = '';

  beforeAll(() => {
    folder = temporaryFolder(afterAll);
    server = startDvcServer(dvc ?? '', folder);
  });
  afterAll(() => server.close());

  it('its commands come out as those of the command line', { timeout: 600_000 }, async () => {
    const { copies } = await play(join(folder, 'sample'), server, projectOf(3).world, []);
    const root = copies.dvcs;
    for (const args of [
      ['status', '--json'],
      ['repro', '-P'],
      ['repro', '-f'],
      ['repro', 'no-such-stage'],
    ]) {
      const answered = await server.run(root, args);
      const said = await runDvc(dvc ?? '', folder, root, args);
      expect({ args, ...answered }).toEqual({ args, ...said });
    }
  });

  it(`does as it does in ${PROJECTS} generated projects`, { timeout: 600_000 }, async () => {
    let [projects, commands, outcomes] = [0, 0, 0];
    for (const seed of tellingSeeds(PROJECTS, CANDIDATES)) {
      const { first } = await playSeed(seed, join(folder, 'project'), server, { shrinkMs: 0 });
      expect(tell(first), `npm run differential -- --projects 1 --seed ${seed}`).toBe('');
      projects += 1;
      commands += first.commands;
      outcomes += first.outcomes;
    }
    console.log(`${projects} projects, ${commands} commands, ${outcomes} outcomes of stages compared`);
    expect(projects).toBe(PROJECTS);
  });
});

describe('what DVC says', () => {
  it('becomes outcomes', () => {
    const stdout = [
      "Running stage 'a':",
      '> true',
      "Stage 'sub/dvc.yaml:b@x' is cached - skipping run, checking out outputs",
      "Stage 'c' didn't change, skipping",
    ].join('\n');
    const stderr = [
      "ERROR: failed to reproduce stages: 'a' and 'sub/dvc.yaml:d'",
      "WARNING: Stages 'e' and 'f' will be skipped due to this failure",
    ].join('\n');
    expect(outcomesOfDvc({ stdout, stderr })).toEqual({
      a: 'failed',
      'sub:b@x': 'restored',
      c: 'unchanged',
      'sub:d': 'failed',
      e: 'blocked',
      f: 'blocked',
    });
  });

  it('becomes lines of a status', () => {
    const json = {
      a: [{ 'changed deps': { x: 'modified', 'params.yaml': { lr: 'new' } } }, 'changed command'],
      'sub/dvc.yaml:b': [{ 'changed outs': { o: 'not in cache' } }, 'always changed'],
    };
    expect(statusOfDvc(JSON.stringify(json))).toEqual({
      a: ['cmd', 'dep x modified', 'param params.yaml:lr new'],
      'sub:b': ['always', 'out o not in cache'],
    });
  });
});
