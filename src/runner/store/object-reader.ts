import { type Digest, errnoOf, FermentError } from '../../kit/index.ts';
import { type Manifest, parseManifest } from '../hash/manifest.ts';
import { hashFile, sha256 } from '../hash/read.ts';
import { unreadable } from '../hash/unreadable.ts';
import type { KnownObjects } from './known-objects.ts';
import type { LooseObjects } from './loose-objects.ts';
import { readExtents } from './pack-file.ts';
import type { PackedObject } from './pack-table.ts';
import type { Quarantine } from './quarantine.ts';

/** What became of a look at an object. */
export type ObjectState = 'good' | 'missing' | 'damaged';

/** Takes objects out of the store, and verifies each. */
export class ObjectReader {
  readonly #loose: LooseObjects;
  readonly #known: KnownObjects;
  readonly #quarantine: Quarantine;
  /** The one that was read last: it is asked for again by the next step. */
  #manifest: { readonly digest: Digest; readonly entries: WeakRef<Manifest> } | undefined;

  constructor(loose: LooseObjects, known: KnownObjects, quarantine: Quarantine) {
    this.#loose = loose;
    this.#known = known;
    this.#quarantine = quarantine;
  }

  /** The bytes of a small object. Throws OBJECT_MISSING or OBJECT_DAMAGED (and quarantines it). */
  read(digest: Digest): Buffer {
    const packed = this.#known.locate(digest);
    const bytes = packed === undefined ? this.#loose.read(digest) : this.#readPacked(packed, digest);
    if (bytes === undefined) throw this.missing(digest);
    if (sha256(bytes) !== digest) throw this.#quarantine.take(digest);
    return bytes;
  }

  /** The manifest object of a folder. Throws as `read` does. */
  readManifest(digest: Digest): Manifest {
    const known = this.#manifest?.digest === digest ? this.#manifest.entries.deref() : undefined;
    if (known !== undefined) return known;
    const entries = parseManifest(this.read(digest).toString());
    this.#manifest = { digest, entries: new WeakRef(entries) };
    return entries;
  }

  /** Reads an object through and compares. A damaged one is quarantined. */
  async check(digest: Digest): Promise<ObjectState> {
    const packed = this.#known.locate(digest);
    const size = packed?.size ?? this.#loose.sizeOf(digest);
    if (size === undefined) return 'missing';
    const found =
      packed === undefined
        ? await hashFile(this.#loose.pathOf(digest), size)
        : sha256(this.#readPacked(packed, digest));
    if (found === digest) return 'good';
    this.#quarantine.take(digest);
    return 'damaged';
  }

  /** The error that says that an object is missing, which is looked at anew from now on. */
  missing(digest: Digest): FermentError {
    this.#known.forget();
    return new FermentError('OBJECT_MISSING', `Object ${digest} is not in the store.`, {
      hint: 'Run the stage that makes it again: ferment repro',
    });
  }

  #readPacked(packed: PackedObject, digest: Digest): Buffer {
    try {
      for (const { bytes } of readExtents(packed.pack.path, [packed])) return bytes;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw unreadable(error, packed.pack.path);
    }
    throw this.missing(digest);
  }
}
