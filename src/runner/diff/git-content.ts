import { compareBytes, type Digest } from '../../kit/index.ts';
import type { Git } from '../git/index.ts';
import { digestOfManifest, type Manifest } from '../hash/manifest.ts';
import { sha256 } from '../hash/read.ts';
import type { Content, ProjectPath } from '../model.ts';

/** Reading more files than this out of git takes longer than anybody waits for an explanation. */
const MOST_FILES = 150;

/** The files of a folder as a commit has them, if that is the content that is looked for. */
export function manifestInGit(git: Git, commit: string, { path, digest }: Content): Manifest | undefined {
  const files = git.list(commit).filter((file) => file.path.startsWith(`${path}/`));
  if (files.length === 0 || files.length > MOST_FILES) return undefined;
  const entries = files.flatMap((file) => {
    const bytes = git.show(commit, file.path);
    if (bytes === undefined) return [];
    return [{ path: file.path.slice(path.length + 1), size: bytes.length, digest: sha256(bytes) }];
  });
  const manifest = entries.sort((a, b) => compareBytes(a.path, b.path));
  return digestOfManifest(manifest) === digest ? manifest : undefined;
}

/** A file's bytes as a commit has them, if they are those that are looked for. */
export function bytesInGit(git: Git, commit: string, path: ProjectPath, digest: Digest): Buffer | undefined {
  const bytes = git.show(commit, path);
  return bytes !== undefined && sha256(bytes) === digest ? bytes : undefined;
}
