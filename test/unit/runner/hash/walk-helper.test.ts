import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WalkHelper } from '../../../../src/runner/hash/shared-walk.ts';
import type { Tree } from '../../../../src/runner/hash/tree.ts';
import { walkTree } from '../../../../src/runner/hash/walk.ts';
import { startWalkHelper } from '../../../../src/runner/hash/walk-helper.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { buildWalkThread } from '../../../support/walk-thread.ts';

const FILES = 60;
const HELPER_LIMIT_MS = 20_000;
let thread: string;

beforeAll(async () => {
  thread = await buildWalkThread(afterAll);
});

function startHelper(): WalkHelper {
  const helper = startWalkHelper(thread);
  if (helper === undefined) throw new Error('The thread was not built.');
  return helper;
}

/** Leaves every folder to the helper, and counts them. */
function leavingAllTo(helper: WalkHelper): WalkHelper & { readonly done: () => number } {
  let done = 0;
  return {
    done: () => done,
    offer: (root, folders) =>
      helper.offer(root, folders).map((offered) => ({
        claim: () => false,
        result: () => {
          const limit = Date.now() + HELPER_LIMIT_MS;
          let tree: Tree | undefined;
          while (tree === undefined && Date.now() < limit) tree = offered.result();
          if (tree !== undefined) done++;
          return tree;
        },
      })),
  };
}

/** Folders that are listed in more than a block, in folders and beside them, and what is passed over. */
function manyFiles(): string {
  const root = temporaryFolder();
  for (const folder of ['a', 'b/c', 'b/d', 'b/c/e', 'z', 'b/__pycache__']) {
    mkdirSync(join(root, folder), { recursive: true });
    for (let i = 0; i < FILES; i++)
      writeFileSync(
        join(root, folder, `${folder.length}-${'a-rather-long-name-'.repeat(5)}${i}`),
        'x'.repeat(i % 7),
      );
  }
  mkdirSync(join(root, 'empty'));
  writeFileSync(join(root, 'b.txt'), 'é');
  writeFileSync(join(root, 'b/ü-名'), '', { mode: 0o755 });
  symlinkSync('../a', join(root, 'z/link'));
  return root;
}

it('with a helper the same files are found in the same order, whoever took which folder', () => {
  const root = manyFiles();
  const alone = walkTree(root, root);
  const left = leavingAllTo(startHelper());
  const shared = walkTree(root, root, { helper: left });
  expect(left.done()).toBeGreaterThanOrEqual(3);
  expect(shared.names).toEqual(alone.names);
  expect(shared.stats).toEqual(alone.stats);
  expect(alone.count).toBe(6 * FILES + 2);
  const helper = startHelper();
  for (let round = 0; round < 10; round++)
    expect(walkTree(root, root, { helper }).joinedNames).toBe(alone.joinedNames);
});

it('what a helper cannot walk is told as without one', () => {
  const helper = startHelper();
  const spoilers: readonly ((root: string) => void)[] = [
    (root) => execFileSync('mkfifo', [join(root, 'b/d/pipe')]),
    (root) => symlinkSync('..', join(root, 'b/d/loop')),
    (root) => symlinkSync('/etc', join(root, 'b/d/out')),
    (root) => writeFileSync(Buffer.concat([Buffer.from(join(root, 'b/d/')), Buffer.from([0xff, 0xfe])]), ''),
  ];
  for (const spoil of spoilers) {
    const root = manyFiles();
    spoil(root);
    const error = errorOf(() => walkTree(root, root));
    expect(error).toMatchObject({ code: 'BAD_PATH' });
    for (let round = 0; round < 2; round++)
      expect(errorOf(() => walkTree(root, root, { helper }))).toEqual(error);
  }
});

it('a helper that ends, or never began, costs no file', () => {
  const root = manyFiles();
  const alone = walkTree(root, root);
  const ending = join(temporaryFolder(), 'ends.cjs');
  writeFileSync(ending, 'process.exit(1);');
  expect(walkTree(root, root, { helper: startWalkHelper(ending) }).joinedNames).toBe(alone.joinedNames);
  expect(startWalkHelper(join(root, 'missing.cjs'))).toBeUndefined();
});

it('a helper that takes a folder and says no more is not waited for', () => {
  const root = manyFiles();
  const alone = walkTree(root, root);
  const taking = join(temporaryFolder(), 'takes.cjs');
  writeFileSync(
    taking,
    `const { workerData } = require('node:worker_threads');
     workerData.port.on('message', ({ states }) => states.forEach((_, i) => Atomics.compareExchange(states, i, 0, 2)));`,
  );
  const helper = startWalkHelper(taking);
  let took = false;
  const seen = helper && {
    offer: (...args: Parameters<WalkHelper['offer']>) =>
      helper.offer(...args).map((offered) => ({
        claim: () => {
          const limit = Date.now() + HELPER_LIMIT_MS;
          // The first is claimed here, once; the helper has the others by the time that it is asked again.
          while (!took && Date.now() < limit) took = !offered.claim();
          return false;
        },
        result: () => offered.result(),
      })),
  };
  expect(walkTree(root, root, { helper: seen }).joinedNames).toBe(alone.joinedNames);
});

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
