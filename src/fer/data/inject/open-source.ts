import { FermentError, unreachable } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';
import { type FileTree, openTree } from '../tree/index.ts';
import { openAffectNet } from './affectnet.ts';
import { type CandidateSource, candidateSource } from './candidate.ts';
import { findClassFolders, isCandidateFile } from './class-folders.ts';
import { drawnCandidates } from './drawn.ts';

export interface SourceOptions {
  readonly seed: number;
  readonly inject: Params['inject'];
  /** `inject.path` as the stage was given it. */
  readonly source: string | undefined;
}

/**
 * The candidates of `inject.source`. Throws the DATA_… errors for one that cannot be used, also for two images at one
 * path.
 */
export async function openSource({ inject, source, seed }: SourceOptions): Promise<CandidateSource> {
  const param = 'inject.path';
  switch (inject.source) {
    case 'none':
      return candidateSource([], {}, () => {});
    case 'generated':
      return drawnCandidates(seed);
    case 'folder':
    case 'zip':
      return findClassFolders(withoutTwins(await openTree(source, { kind: inject.source, param })));
    case 'affectnet':
      return openAffectNet(withoutTwins(await openTree(source, { kind: 'folder or zip', param })));
    default:
      return unreachable(inject.source);
  }
}

/** An archive may hold two images under one path, of which nobody can say which is meant. Files are sorted by path. */
function withoutTwins(tree: FileTree): FileTree {
  const twin = tree.files.find(
    (file, i) => i > 0 && file.path === tree.files[i - 1]?.path && isCandidateFile(file),
  );
  if (twin === undefined) return tree;
  tree.close();
  throw new FermentError(
    'DATA_LAYOUT',
    `Each image of ${tree.name} must have a path of its own. Received: two at ${twin.path}.`,
    { hint: 'Unpack the archive, look at what is there, and name the folder: inject.source=folder.' },
  );
}
