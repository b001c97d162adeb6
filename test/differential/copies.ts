import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type CommandResult, ferment } from '../support/project.ts';
import type { DvcServer } from './dvc-server.ts';
import { type DiskEdit, LOCK } from './edits.ts';
import type { Source } from './world.ts';

/** The same project twice: one copy for Ferment, one for DVC. */
export interface Copies {
  readonly ours: string;
  readonly dvcs: string;
}

/** What both tools answered. */
export interface Both<Answer> {
  readonly ours: Answer;
  readonly dvc: Answer;
}

/** Two git repositories, with DVC initialised in one of them. */
export async function makeCopies(folder: string, server: DvcServer): Promise<Copies> {
  const copies = { ours: join(folder, 'ferment'), dvcs: join(folder, 'dvc') };
  for (const root of [copies.ours, copies.dvcs]) {
    mkdirSync(root);
    git(root, 'init', '-q');
  }
  const { exit, stderr } = await server.run(copies.dvcs, ['init', '-q']);
  if (exit !== 0) throw new Error(`dvc init failed.\n${stderr}`);
  return copies;
}

/** Runs a command in both copies at once. */
export async function runBoth(
  { ours, dvcs }: Copies,
  server: DvcServer,
  args: Both<readonly string[]>,
): Promise<Both<CommandResult>> {
  const [our, dvc] = await Promise.all([
    ferment(ours, args.ours, { SHELL: '/bin/sh' }),
    server.run(dvcs, args.dvc),
  ]);
  return { ours: our, dvc };
}

/** Commits all but the cached outs, which git would take before a stage has ignored them. */
export function commitBoth({ ours, dvcs }: Copies, cached: readonly string[]): void {
  for (const root of [ours, dvcs]) {
    git(root, 'add', '-A');
    if (cached.length > 0) git(root, 'rm', '-r', '-q', '--cached', '--ignore-unmatch', '--', ...cached);
    git(root, 'commit', '-q', '--allow-empty', '-m', 'state');
  }
}

function git(root: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0 && args[0] !== 'check-ignore') throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Those of the paths that git ignores. */
export function ignoredIn(root: string, paths: readonly string[]): ReadonlySet<string> {
  if (paths.length === 0) return new Set();
  return new Set(git(root, 'check-ignore', '--no-index', '-z', '--', ...paths).split('\0'));
}

/** Writes into both copies what changed from one state of the files to the next. */
export function writeBoth(
  { ours, dvcs }: Copies,
  before: ReadonlyMap<string, Source>,
  after: ReadonlyMap<string, Source>,
): void {
  for (const root of [ours, dvcs]) {
    for (const path of before.keys()) if (!after.has(path)) rmSync(join(root, path), { force: true });
    for (const [path, source] of after) writeSource(join(root, path), before.get(path), source);
  }
}

function writeSource(file: string, old: Source | undefined, { text, executable }: Source): void {
  if (old?.text === text && old.executable === executable) return;
  mkdirSync(dirname(file), { recursive: true });
  if (old?.text !== text) writeFileSync(file, text);
  chmodSync(file, executable ? 0o755 : 0o644);
}

/** Does by hand to both copies what an edit says; what is not there is left alone. */
export function editBoth({ ours, dvcs }: Copies, edits: readonly DiskEdit[]): void {
  const bothHave = (path: string): boolean => [ours, dvcs].every((root) => isThere(join(root, path)));
  for (const edit of edits) {
    if (edit.path === LOCK) {
      for (const root of [ours, dvcs]) removeLocks(root);
    } else if (edit.do === 'remove' || edit.do === 'write' || bothHave(edit.path)) {
      for (const root of [ours, dvcs]) editOne(root, edit);
    }
  }
}

function editOne(root: string, edit: DiskEdit): void {
  const path = join(root, edit.path);
  if (edit.do === 'remove') rmSync(path, { recursive: true, force: true });
  else if (edit.do === 'touch') utimesSync(path, new Date(), new Date());
  else if (edit.do === 'executable') chmodSync(path, 0o755);
  else if (edit.do === 'write') {
    // As an editor does it; a tool that had linked the file to its cache would be none the wiser.
    rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, edit.text);
  }
}

function removeLocks(root: string): void {
  for (const folder of ['', 'sub'])
    for (const name of ['dvc.lock', 'pipeline.lock']) rmSync(join(root, folder, name), { force: true });
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

const OWN = new Set(['.git', '.dvc', '.ferment', '.gitignore', '.dvcignore', 'dvc.lock', 'pipeline.lock']);

/** All files of a copy that are not the tool's own: path to content, with a mark where it may be executed. */
export function contentOf(root: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (OWN.has(entry.name)) continue;
      if (entry.isDirectory()) visit(path);
      else files.set(path, fileText(join(root, path)));
    }
  };
  visit('');
  return files;
}

function fileText(path: string): string {
  const executable = (statSync(path).mode & 0o100) !== 0;
  return `${executable ? '(executable) ' : ''}${readFileSync(path, 'utf8')}`;
}

/** Whether DVC's lock has a stage, by Ferment's name. */
export function isInDvcLock(root: string, name: string): boolean {
  const [folder, own] = name.includes(':') ? name.split(':') : ['', name];
  const lock = join(root, folder ?? '', 'dvc.lock');
  return isThere(lock) && readFileSync(lock, 'utf8').split('\n').includes(`  ${own}:`);
}

/** Makes the copy for Ferment like that for DVC, with DVC's own files. */
export function copyOver({ ours, dvcs }: Copies): void {
  rmSync(ours, { recursive: true });
  cpSync(dvcs, ours, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

/** A copy of both, to be looked at and played again. */
export function keepCopies(copies: Copies, folder: string): void {
  cpSync(copies.ours, join(folder, 'ferment'), { recursive: true, verbatimSymlinks: true });
  cpSync(copies.dvcs, join(folder, 'dvc'), { recursive: true, verbatimSymlinks: true });
}
