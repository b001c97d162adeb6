import type { Digest } from '../../kit/index.ts';
import { PackWriter } from './pack-writer.ts';

/** A pack of this size is closed and a new one begun: it bounds what a rewrite copies. */
const FULL_BYTES = 256 * 1024 * 1024;

/** What a batch asks of the store. */
export interface BatchHost {
  readonly folder: string;
  has(digest: Digest, sizeBytes: number): boolean;
  /** These objects are in packs of the store now. */
  packed(digests: readonly Digest[]): void;
}

/**
 * Stores many small objects in packs. They are in the store once `close` has returned; until then, and after `abort`,
 * none of them is.
 */
export class PackBatch {
  readonly #host: BatchHost;
  readonly #added = new Set<Digest>();
  #writer: PackWriter | undefined;
  readonly #finishing: Promise<string>[] = [];

  constructor(host: BatchHost) {
    this.#host = host;
  }

  /** Takes an object whose digest is known, unless the store has it. Throws NO_SPACE or STORE_UNWRITABLE. */
  add(digest: Digest, bytes: Uint8Array): void {
    if (this.#added.has(digest) || this.#host.has(digest, bytes.length)) return;
    this.#writer ??= new PackWriter(this.#host.folder);
    this.#writer.add(digest, bytes);
    this.#added.add(digest);
    if (this.#writer.bytes >= FULL_BYTES) this.#finish();
  }

  /** Throws NO_SPACE or STORE_UNWRITABLE; what is in the packs that were full before is stored all the same. */
  async close(): Promise<void> {
    this.#finish();
    await Promise.all(this.#finishing);
    this.#host.packed([...this.#added]);
  }

  abort(): void {
    this.#writer?.abort();
    this.#writer = undefined;
  }

  #finish(): void {
    const finishing = this.#writer?.finish();
    this.#writer = undefined;
    if (finishing === undefined) return;
    // A failure is told by `close`; without this, one that comes earlier would count as nobody's.
    finishing.catch(() => {});
    this.#finishing.push(finishing);
  }
}
