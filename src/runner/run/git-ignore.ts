import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareBytes, errnoOf, quoteWord, writeFileAtomic } from '../../kit/index.ts';
import { runGit } from '../git/run-git.ts';
import { trackedAmong } from '../git/tracked.ts';
import type { ProjectPath, Stage } from '../model.ts';

const BEGIN = '# >>> ferment: outs that are kept in the store, written by ferment';
const END = '# <<< ferment';

/** What a pipeline says of paths. */
export interface Declared {
  readonly cached: ReadonlySet<ProjectPath>;
  /** Outs with `cache: false`, and deps: git is to have them. */
  readonly others: ReadonlySet<ProjectPath>;
}

/** The paths that stages declare. */
export function declaredBy(stages: readonly Stage[]): Declared {
  const paths = stages.flatMap(({ outs, deps }) => [...outs, ...deps].map(({ path }) => path));
  return { cached: new Set(stages.flatMap(cachedOuts)), others: new Set(paths) };
}

/**
 * Keeps git away from cached outs: those that git does not ignore yet get a line in one block of the project's
 * .gitignore. Does nothing outside a git repository. Lines of paths that are no cached outs any more leave the block
 * when it is rewritten; of those that no stage names, once nothing stands there: what a renamed stage or another
 * pipeline left must not get into git by `git add -A`.
 */
export function ignoreInGit(root: string, outs: readonly ProjectPath[], declared: Declared): void {
  if (outs.length === 0 || !isInRepository(root)) return;
  const file = join(root, '.gitignore');
  const text = readOrEmpty(file);
  const listed = new Set(linesOfBlock(text));
  const fresh = outs.filter((out) => !listed.has(lineFor(out)));
  const missing = fresh.length === 0 ? [] : notIgnored(root, fresh);
  if (missing.length === 0) return;
  const [cached, others] = [declared.cached, declared.others].map(
    (paths) => new Set([...paths].map(lineFor)),
  );
  const stays = (line: string): boolean =>
    cached?.has(line) === true ||
    (others?.has(line) !== true &&
      lstatSync(join(root, pathOf(line)), { throwIfNoEntry: false }) !== undefined);
  const lines = new Set([...[...listed].filter(stays), ...missing.map(lineFor)]);
  writeFileAtomic(file, withBlock(text, [...lines].sort(compareBytes)));
}

/** The outs of a stage that git is kept away from. */
export function cachedOuts(stage: Stage): readonly ProjectPath[] {
  return stage.outs.filter(({ cache }) => cache).map(({ path }) => path);
}

/** Asking git, which holds up everything else, may take one part in so many of a run's time. */
const SHARE = 40;

/** Keeps .gitignore up to date during a run: at once, or several stages' outs together where many end quickly. */
export class GitIgnore {
  readonly #root: string;
  readonly #declared: Declared;
  #outs: ProjectPath[] = [];
  readonly #all: ProjectPath[] = [];
  #freeAt = 0;

  /** `declared` as for `ignoreInGit`. */
  constructor(root: string, declared: Declared) {
    this.#root = root;
    this.#declared = declared;
  }

  add(outs: readonly ProjectPath[]): void {
    this.#outs.push(...outs);
    this.#all.push(...outs);
    if (performance.now() >= this.#freeAt) this.finish();
  }

  /** Nothing waits any more. */
  finish(): void {
    const outs = this.#outs;
    this.#outs = [];
    const started = performance.now();
    ignoreInGit(this.#root, outs, this.#declared);
    const ended = performance.now();
    this.#freeAt = ended + (ended - started) * (SHARE - 1);
  }

  /** Those of all these outs that git tracks nevertheless, because they were committed before; sorted. */
  tracked(): readonly ProjectPath[] {
    if (this.#all.length === 0 || !isInRepository(this.#root)) return [];
    return [...(trackedAmong(this.#root, this.#all) ?? [])].sort(compareBytes);
  }
}

/** What is in git and in the store may be another thing in each; DVC lets a stage with such an out fail. */
export function warningOfTracked(paths: readonly ProjectPath[]): string | undefined {
  if (paths.length === 0) return undefined;
  const [outs, are, them] = paths.length === 1 ? ['The out', 'is', 'it'] : ['The outs', 'are', 'them'];
  return (
    `${outs} ${paths.join(', ')} ${are} kept in the store, and git tracks ${them} too. ` +
    `Take ${them} out of git: git rm -r --cached ${paths.map(quoteWord).join(' ')} (or leave ${them} to git: cache: false)`
  );
}

function isInRepository(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** The paths that git would add. Where git cannot be asked, none: then nothing is written. */
function notIgnored(root: string, paths: readonly ProjectPath[]): readonly ProjectPath[] {
  const args = ['check-ignore', '--no-index', '-z', '--stdin'];
  const { status, stdout } = runGit(root, args, paths.join('\0'));
  if (status !== 0 && status !== 1) return [];
  const ignored = new Set(stdout.toString().split('\0'));
  return paths.filter((path) => !ignored.has(path));
}

/** A pattern that means just this path. A name with a line break cannot be written in a .gitignore. */
function lineFor(path: ProjectPath): string {
  const escaped = path.replace(/[\\*?[\]!#]/g, '\\$&').replace(/ $/, '\\ ');
  return `/${escaped.replaceAll('\n', '?').replaceAll('\r', '?')}`;
}

/** The path that a line of ours means; of one with a line break something that does not exist. */
function pathOf(line: string): ProjectPath {
  return line.slice(1).replace(/\\([\\*?[\]!# ])/g, '$1');
}

function linesOfBlock(text: string): string[] {
  const [from, to] = placeOfBlock(text) ?? [0, 0];
  return text
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('/'));
}

function withBlock(text: string, lines: readonly string[]): string {
  const block = `${[BEGIN, ...lines, END].join('\n')}\n`;
  const place = placeOfBlock(text);
  if (place !== undefined) return text.slice(0, place[0]) + block + text.slice(place[1]);
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${block}`;
}

function placeOfBlock(text: string): readonly [number, number] | undefined {
  const from = text.indexOf(BEGIN);
  const end = from < 0 ? -1 : text.indexOf(END, from + BEGIN.length);
  if (end < 0) return undefined;
  const lineEnd = text.indexOf('\n', end);
  return [from, lineEnd < 0 ? text.length : lineEnd + 1];
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}
