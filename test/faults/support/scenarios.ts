import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repro } from './outcomes.ts';
import { OUTS, setParams } from './pipeline.ts';

/** A command that changes files, and how the project comes to where it begins. */
export interface Scenario {
  readonly title: string;
  readonly args: readonly string[];
  readonly prepare: (root: string) => Promise<void>;
  /** The state of the inputs with which the project is brought into order after the kill. */
  readonly state: number;
  /** Earlier states whose results must not be lost. */
  readonly earlier: readonly number[];
  /** How the project is brought into order: with the same command again, where repro does not do what it does. */
  readonly mend?: 'again';
}

async function reproOf(root: string, state: number): Promise<void> {
  setParams(root, state);
  await repro(root);
}

function editPipeline(root: string, edit: (text: string) => string): void {
  const file = join(root, 'pipeline.yaml');
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
}

function commitAll(root: string): void {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      cwd: root,
      stdio: 'pipe',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'a state');
}

const EXTRA = `  extra:
    cmd: mkdir -p extra; cat tree/1 > extra/1; cat tree/2 > extra/2
    deps: [tree]
    outs: [extra]
`;

export const SCENARIOS: readonly Scenario[] = [
  { title: 'repro, the first one', args: ['repro', '-j3'], prepare: async () => {}, state: 1, earlier: [] },
  {
    title: 'repro after an edit',
    args: ['repro', '-j3'],
    prepare: async (root) => {
      await reproOf(root, 1);
      setParams(root, 2);
    },
    state: 2,
    earlier: [1],
  },
  {
    title: 'repro that restores an earlier state',
    args: ['repro', '-j3'],
    prepare: async (root) => {
      await reproOf(root, 1);
      await reproOf(root, 2);
      setParams(root, 1);
    },
    state: 1,
    earlier: [2, 1],
  },
  {
    title: 'repro --force',
    args: ['repro', '-f', '-j3'],
    prepare: (root) => reproOf(root, 1),
    state: 1,
    earlier: [],
  },
  {
    title: 'checkout of outs that were removed',
    args: ['checkout'],
    prepare: async (root) => {
      await reproOf(root, 1);
      for (const out of OUTS) rmSync(join(root, out), { recursive: true });
    },
    state: 1,
    earlier: [],
  },
  {
    title: 'checkout that takes away what only another commit has',
    args: ['checkout'],
    prepare: async (root) => {
      editPipeline(root, (text) => text + EXTRA);
      await reproOf(root, 1);
      commitAll(root);
      editPipeline(root, (text) => text.replace(EXTRA, ''));
      rmSync(join(root, 'pipeline.lock'));
      await repro(root);
      commitAll(root);
    },
    state: 1,
    earlier: [],
    mend: 'again',
  },
  {
    title: 'commit of an edit that did not matter',
    args: ['commit', '-f'],
    prepare: async (root) => {
      await reproOf(root, 1);
      editPipeline(root, (text) => text.replaceAll('cat ', 'cat -- '));
    },
    state: 1,
    earlier: [],
  },
  {
    title: 'gc of what the last run but one had made',
    args: ['gc', '-f', '--keep-runs', '1'],
    prepare: async (root) => {
      await reproOf(root, 1);
      await reproOf(root, 3);
      await reproOf(root, 2);
    },
    state: 2,
    earlier: [],
    mend: 'again',
  },
];
