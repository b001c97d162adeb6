import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compareBytes, errnoOf, FermentError, isFermentError } from '../../kit/index.ts';
import { type Git, openGit, projectAt } from '../git/index.ts';
import type { Manifest } from '../hash/manifest.ts';
import { alwaysUnreadable } from '../hash/unreadable.ts';
import { findProject, type LoadOptions, loadProject, type Project } from '../load/index.ts';
import { declaredEntries, parseLock } from '../lock/index.ts';
import type { Content, ProjectPath } from '../model.ts';
import { STATE_FOLDER } from '../run/state-paths.ts';
import { Store } from '../store/store.ts';

/** One side of a comparison: the workspace, or the project in a commit. */
export interface Side {
  /** As the table's header shows it. */
  readonly label: string;
  readonly project: Project;
  /** The bytes of a file on this side, or undefined when it is not there. Throws UNREADABLE. */
  read(path: ProjectPath): Buffer | undefined;
  /** The files in a folder, sorted; none when it is no folder. */
  filesIn(folder: ProjectPath): readonly ProjectPath[];
}

/** The project as it lies on disk. */
export function workspaceSide(options: LoadOptions): Side {
  const project = loadProject(options);
  return {
    label: 'workspace',
    project,
    read: (path) => {
      try {
        return readFileSync(join(project.root, path));
      } catch (error) {
        if (NO_FILE.has(errnoOf(error))) return undefined;
        throw alwaysUnreadable(error, join(project.root, path));
      }
    },
    filesIn: (folder) => listFolder(project.root, folder),
  };
}

/** Nothing stands there, or a folder does, or a file in the place of a folder above. */
const NO_FILE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'EISDIR', 'ENOTDIR']);

function listFolder(root: string, folder: ProjectPath): ProjectPath[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .sort(compareBytes);
  } catch {
    return [];
  }
}

/**
 * The project in a commit; what is given for one run (`overrides`) does not change what a commit was. Files that git
 * does not track come from the store, as the lock of the commit names them. Throws NO_REVISION, or as `loadProject`
 * does; reading throws OBJECT_MISSING for a file that the store does not have.
 */
export function commitSide(options: LoadOptions, revision: string): Side {
  const { root } = findProject(options.cwd, options.file);
  const git: Git = openGit(root);
  const commit = git.resolve(revision);
  const project = loadAt(git, commit, { options: { ...options, overrides: [] }, revision });
  let known: ReturnType<typeof storedOuts> | undefined;
  let listed: ReturnType<Git['list']> | undefined;
  const stored = (): ReturnType<typeof storedOuts> => {
    known ??= storedOuts(root, project, git.show(commit, project.lockFile)?.toString() ?? '');
    return known;
  };
  return {
    label: revision,
    project,
    read: (path) => {
      const tracked = git.show(commit, path);
      return tracked ?? stored().read(path);
    },
    filesIn: (folder) => {
      listed ??= git.list(commit);
      const tracked = listed.filter(({ path }) => path.startsWith(`${folder}/`));
      const files = [...tracked.map(({ path }) => path), ...stored().filesIn(folder)];
      return [...new Set(files)].sort(compareBytes);
    },
  };
}

/** The files that an error names are those of the commit, which may be good by now: so it says which commit. */
function loadAt(
  git: Git,
  commit: string,
  { options, revision }: { readonly options: LoadOptions; readonly revision: string },
): Project {
  try {
    return projectAt(git, commit, options);
  } catch (error) {
    if (!isFermentError(error)) throw error;
    const { code, message, hint } = error;
    throw new FermentError(code, `The project in ${revision} cannot be read.\n${message}`, {
      hint,
      cause: error,
    });
  }
}

/** Reads outs that a project declares, and files in those that are folders, from the store, as its lock names them. */
function storedOuts(root: string, { stages }: Project, lock: string): Pick<Side, 'read' | 'filesIn'> {
  const store = new Store(join(root, STATE_FOLDER));
  const entries = declaredEntries(parseLock(lock).entries, stages);
  const outs = [...entries.values()].flatMap((entry) => entry.outs);
  const manifests = new Map<ProjectPath, Manifest>();
  const entriesOf = ({ path, digest }: Content): Manifest => {
    const known = manifests.get(path) ?? store.readManifest(digest);
    manifests.set(path, known);
    return known;
  };
  const folders = outs.filter(({ kind }) => kind === 'dir');
  return {
    read: (path) => {
      const file = outs.find((out) => out.kind === 'file' && out.path === path);
      if (file !== undefined) return store.read(file.digest);
      const folder = folders.find((out) => path.startsWith(`${out.path}/`));
      if (folder === undefined) return undefined;
      const entry = entriesOf(folder).find((one) => `${folder.path}/${one.path}` === path);
      return entry === undefined ? undefined : store.read(entry.digest);
    },
    filesIn: (path) =>
      folders
        .filter((out) => out.path === path || path.startsWith(`${out.path}/`))
        .flatMap((out) => entriesOf(out).map((entry) => `${out.path}/${entry.path}`))
        .filter((file) => file.startsWith(`${path}/`)),
  };
}

/** The two sides of `diff [A] [B]`: A is HEAD unless given, B the workspace. */
export function sidesOf(
  options: LoadOptions,
  a: string | undefined,
  b: string | undefined,
): readonly [Side, Side] {
  const before = commitSide(options, a ?? 'HEAD');
  return [before, b === undefined ? workspaceSide(options) : commitSide(options, b)];
}
