import type { Digest } from '../../kit/index.ts';
import type { Hashes, Md5Reference } from './md5.ts';

/** Both names of the contents that were read, by either. */
export class KnownHashes {
  readonly #byDigest = new Map<Digest, Hashes>();
  readonly #byMd5 = new Map<string, Hashes>();

  /** What is known of a content by its SHA-256. */
  byDigest(digest: Digest): Hashes | undefined {
    return this.#byDigest.get(digest);
  }

  /** What is known of a content by the MD5 of a file. */
  byMd5(reference: Md5Reference): Hashes | undefined {
    return this.#byMd5.get(keyOf(reference));
  }

  note(hashes: Hashes): Hashes {
    this.#byDigest.set(hashes.digest, hashes);
    this.#byMd5.set(keyOf({ md5: hashes.md5, legacy: false }), hashes);
    this.#byMd5.set(keyOf({ md5: hashes.dos, legacy: true }), hashes);
    return hashes;
  }
}

function keyOf({ md5, legacy }: { readonly md5: string; readonly legacy: boolean }): string {
  return legacy ? `dos ${md5}` : md5;
}
