import picomatch from 'picomatch';
import { compareBytes } from '../../kit/index.ts';
import type { Hasher } from '../hash/hasher.ts';
import { digestOfManifest, type Manifest, type ManifestEntry } from '../hash/manifest.ts';
import { type Measured, manifestOf } from '../hash/measured.ts';
import { treeOf } from '../hash/tree.ts';
import type { Content, ProjectPath } from '../model.ts';
import type { Store } from '../store/store.ts';

interface Assumed {
  readonly content: Content;
  /** The files in it, by their path below the out; a file has itself, as ''. */
  readonly files: Manifest;
}

/** Outs as they would be if they had been restored: how a dry run sees what stages upstream would put in place. */
export class AssumedOuts {
  readonly #outs = new Map<ProjectPath, Assumed>();

  /** Takes an out to have a content of the store. Throws as `readManifest` does. */
  add(store: Store, content: Content): void {
    const { digest, size, executable } = content;
    const own: ManifestEntry = { path: '', digest, size, ...(executable === true ? { executable } : {}) };
    const files = content.kind === 'file' ? [own] : store.readManifest(digest);
    this.#outs.set(content.path, { content, files });
  }

  /** What would be at a path, or undefined when nothing would; `hasher` knows what is there now. */
  async measure(hasher: Hasher, path: ProjectPath): Promise<Measured | undefined> {
    const exact = this.#outs.get(path);
    if (exact !== undefined) return measured(exact.content);
    const inside = [...this.#outs.values()].filter(({ content }) => content.path.startsWith(`${path}/`));
    if (inside.length > 0) return measured(await this.#above(hasher, path, inside));
    const holder = [...this.#outs.values()].find(({ content }) => path.startsWith(`${content.path}/`));
    return holder === undefined ? hasher.measure(path) : contentIn(holder, path);
  }

  /** The files that a glob would find, given those that it finds now. */
  expand(pattern: string, now: readonly ProjectPath[]): readonly ProjectPath[] {
    const isMatch = picomatch(pattern);
    const others = now.filter((path) => !this.#holds(path));
    const found = [...this.#outs.values()].flatMap((out) => pathsOf(out)).filter((path) => isMatch(path));
    return [...others, ...found].sort(compareBytes);
  }

  #holds(path: ProjectPath): boolean {
    return this.#outs.has(path) || [...this.#outs.keys()].some((out) => path.startsWith(`${out}/`));
  }

  async #above(hasher: Hasher, path: ProjectPath, inside: readonly Assumed[]): Promise<Content> {
    const now = await hasher.measure(path);
    const kept =
      now === undefined ? [] : manifestOf(now).filter((entry) => !this.#holds(`${path}/${entry.path}`));
    const fresh = inside.flatMap((out) =>
      out.files.map((entry) => ({
        ...entry,
        path: joined(out.content.path, entry.path).slice(path.length + 1),
      })),
    );
    return folderOf(
      path,
      [...kept, ...fresh].sort((a, b) => compareBytes(a.path, b.path)),
    );
  }
}

function contentIn({ content, files }: Assumed, path: ProjectPath): Measured | undefined {
  const below = path.slice(content.path.length + 1);
  const file = files.find((entry) => entry.path === below);
  if (file !== undefined) {
    const { digest, size, executable } = file;
    return measured({
      path,
      kind: 'file',
      digest,
      size,
      files: 1,
      ...(executable === true ? { executable } : {}),
    });
  }
  const part = files
    .filter((entry) => entry.path.startsWith(`${below}/`))
    .map((entry) => ({ ...entry, path: entry.path.slice(below.length + 1) }));
  return part.length === 0 ? undefined : measured(folderOf(path, part));
}

function folderOf(path: ProjectPath, entries: Manifest): Content {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  return { path, kind: 'dir', digest: digestOfManifest(entries), size, files: entries.length };
}

function pathsOf({ content, files }: Assumed): ProjectPath[] {
  return files.map((entry) => joined(content.path, entry.path));
}

function joined(out: ProjectPath, below: string): ProjectPath {
  return below === '' ? out : `${out}/${below}`;
}

/** Nothing is there yet whose state could be held against a later one. */
function measured(content: Content): Measured {
  const tree = treeOf([], new Float64Array());
  return { content, tree, settled: tree, digests: [] };
}
