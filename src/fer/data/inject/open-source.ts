import { unreachable } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';
import { openTree } from '../tree/index.ts';
import { openAffectNet } from './affectnet.ts';
import { type CandidateSource, candidateSource } from './candidate.ts';
import { findClassFolders } from './class-folders.ts';
import { drawnCandidates } from './drawn.ts';

export interface SourceOptions {
  readonly seed: number;
  readonly inject: Params['inject'];
  /** `inject.path` as the stage was given it. */
  readonly source: string | undefined;
}

/** The candidates of `inject.source`. Throws the DATA_… errors for one that cannot be used. */
export async function openSource({ inject, source, seed }: SourceOptions): Promise<CandidateSource> {
  const param = 'inject.path';
  switch (inject.source) {
    case 'none':
      return candidateSource([], {}, () => {});
    case 'generated':
      return drawnCandidates(seed);
    case 'folder':
    case 'zip':
      return findClassFolders(await openTree(source, { kind: inject.source, param }));
    case 'affectnet':
      return openAffectNet(await openTree(source, { kind: 'folder or zip', param }));
    default:
      return unreachable(inject.source);
  }
}
