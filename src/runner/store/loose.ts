import { lstatSync, readdirSync } from 'node:fs';
import { compareBytes, type Digest, errnoOf, isDigest } from '../../kit/index.ts';
import { unreadable } from '../hash/unreadable.ts';

/** From so many questions on it is cheaper to list the folders of the store than to look for each name. */
const LISTING_PAYS = 1024;

/** Answers for many digests whether there may be a loose object: most often there is none, and that must be cheap. */
export class LooseNames {
  readonly #folder: string;
  readonly #lists: boolean;
  readonly #shards = new Map<string, ReadonlySet<string>>();

  constructor(folder: string, questions: number) {
    this.#folder = folder;
    this.#lists = questions >= LISTING_PAYS;
  }

  /** False when there is none. */
  mayHave(digest: Digest): boolean {
    if (!this.#lists) return true;
    const shard = digest.slice(0, 2);
    let names = this.#shards.get(shard);
    if (names === undefined) {
      names = new Set(namesIn(`${this.#folder}/${shard}`));
      this.#shards.set(shard, names);
    }
    return names.size > 0 && names.has(digest.slice(2));
  }
}

/** All objects that have a file of their own, in the order of their digests. Throws UNREADABLE. */
export function* listLoose(
  folder: string,
): Generator<{ readonly digest: Digest; readonly size: number; readonly path: string }> {
  for (const shard of namesIn(folder).sort(compareBytes)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue;
    for (const name of namesIn(`${folder}/${shard}`).sort(compareBytes)) {
      const digest = shard + name;
      const path = `${folder}/${shard}/${name}`;
      const stat = isDigest(digest) ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
      if (isDigest(digest) && stat?.isFile() === true) yield { digest, size: stat.size, path };
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw unreadable(error, folder);
  }
}
