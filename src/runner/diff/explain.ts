import { join } from 'node:path';
import { type Digest, isFermentError, readTextIfAny } from '../../kit/index.ts';
import { type Git, openGit } from '../git/index.ts';
import type { Manifest } from '../hash/manifest.ts';
import { type Measured, manifestOf } from '../hash/measured.ts';
import type { CodeFingerprint, Content, ProjectPath } from '../model.ts';
import type { Session } from '../run/session.ts';
import { compareData, type DataChange } from './compare-data.ts';
import type { DataSide } from './data-side.ts';
import { bytesInGit, manifestInGit } from './git-content.ts';
import { countLines, type LineCounts } from './line-counts.ts';

/** A file behind a change of a dep or out: itself, or one in the folder. */
export interface FileChange {
  readonly change: DataChange['change'];
  readonly path: ProjectPath;
  readonly from?: ProjectPath;
  /** Of texts whose old version is still to be had. */
  readonly lines?: LineCounts;
}

/** Larger texts are data. */
const LARGEST_TEXT = 200_000;

/** Finds out which files and lines are behind a change, from the store and from git's last commit. */
export class Explainer {
  readonly #session: Session;
  #git: { readonly git: Git; readonly commit: string } | undefined | 'none';

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * The files that differ between the content that a stage knew and the one on disk, a file itself or those in a
   * folder; undefined when they are not known any more.
   */
  files(old: Content | undefined, now: Measured | undefined): readonly FileChange[] | undefined {
    const before = this.#side(old, (content) => this.#oldManifest(content));
    const after = this.#side(now?.content, () => (now === undefined ? undefined : manifestOf(now)));
    const { changes } = compareData(before, after);
    if (changes.some(({ filesUnknown }) => filesUnknown === true)) return undefined;
    const isFolder = (one: DataChange): boolean => (one.new ?? one.old)?.kind === 'dir';
    return changes
      .filter((one) => !isFolder(one) || one.path !== one.item)
      .map((one): FileChange => {
        const { change, path, from } = one;
        const lines = change === 'modified' ? this.#lines(one) : undefined;
        return {
          change,
          path,
          ...(from === undefined ? {} : { from }),
          ...(lines === undefined ? {} : { lines }),
        };
      });
  }

  /** Lines that changed in a module of a program: what was bundled is in the old bundle's source map. */
  moduleLines(then: CodeFingerprint, module: ProjectPath): LineCounts | undefined {
    if ('cmd' in then) return undefined;
    const { root, state } = this.#session;
    const file = join(state, 'bundles', `${then.bundle}.mjs.map`);
    const old = sourceIn(readTextIfAny(file), module);
    const now = readTextIfAny(join(root, module));
    return old === undefined || now === undefined ? undefined : countLines(old, now);
  }

  #side(content: Content | undefined, manifest: (content: Content) => Manifest | undefined): DataSide {
    const item =
      content === undefined ? [] : [[content.path, { content, outOf: undefined, depOf: [] }] as const];
    return { label: '', items: new Map(item), manifestOf: manifest, notStored: [], warnings: [] };
  }

  #oldManifest(content: Content): Manifest | undefined {
    const stored = this.#quietly(() => this.#session.store.readManifest(content.digest));
    const git = this.#openGit();
    return stored ?? (git === undefined ? undefined : manifestInGit(git.git, git.commit, content));
  }

  #lines({ path, old, new: now }: DataChange): LineCounts | undefined {
    if (old === undefined || now === undefined || Math.max(old.size, now.size) > LARGEST_TEXT)
      return undefined;
    const before = this.#oldBytes(path, old.digest);
    const after = readTextIfAny(join(this.#session.root, path));
    if (before === undefined || after === undefined || before.includes(0) || after.includes('\0'))
      return undefined;
    return countLines(before.toString(), after);
  }

  #oldBytes(path: ProjectPath, digest: Digest): Buffer | undefined {
    const { store } = this.#session;
    const stored = store.has(digest) ? this.#quietly(() => store.read(digest)) : undefined;
    const git = this.#openGit();
    return stored ?? (git === undefined ? undefined : bytesInGit(git.git, git.commit, path, digest));
  }

  #openGit(): { readonly git: Git; readonly commit: string } | undefined {
    this.#git ??=
      this.#quietly(() => {
        const git = openGit(this.#session.root);
        return { git, commit: git.resolve('HEAD') };
      }) ?? 'none';
    return this.#git === 'none' ? undefined : this.#git;
  }

  /** What cannot be read any more is not known any more. */
  #quietly<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (isFermentError(error)) return undefined;
      throw error;
    }
  }
}

/** The source of a module in a source map whose paths are relative to `.ferment/bundles`. */
function sourceIn(map: string | undefined, module: ProjectPath): string | undefined {
  try {
    const { sources, sourcesContent } = JSON.parse(map ?? '') as {
      sources: string[];
      sourcesContent: string[];
    };
    return sourcesContent[sources.indexOf(`../../${module}`)];
  } catch {
    return undefined;
  }
}
