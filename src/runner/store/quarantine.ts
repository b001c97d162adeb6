import { join } from 'node:path';
import { type Digest, FermentError } from '../../kit/index.ts';
import type { KnownObjects } from './known-objects.ts';
import type { LooseObjects } from './loose-objects.ts';
import type { PackedObject } from './pack-table.ts';
import type { Packs } from './packs.ts';

/**
 * What was found damaged and moved to the quarantine: an object; so many objects of one pack that nobody wants to read
 * their names (`quarantined` is then the folder); or a pack, of which `saved` objects are left.
 */
export type Damaged =
  | { readonly kind: 'object'; readonly digest: Digest; readonly quarantined: string }
  | { readonly kind: 'objects'; readonly count: number; readonly quarantined: string }
  | { readonly kind: 'pack'; readonly quarantined: string; readonly saved: number };

/** Told of each. */
export type OnDamaged = (damaged: Damaged) => void;

/** Up to so many damaged objects of a pack are told one by one. */
const NAMED_OBJECTS = 10;

/** Where damaged objects go, and who is told of them. */
export class Quarantine {
  readonly folder: string;
  readonly #loose: LooseObjects;
  readonly #packs: Packs;
  readonly #known: KnownObjects;
  readonly #onDamaged: OnDamaged;

  constructor(
    folder: string,
    objects: { readonly loose: LooseObjects; readonly packs: Packs; readonly known: KnownObjects },
    onDamaged: OnDamaged,
  ) {
    this.folder = folder;
    this.#loose = objects.loose;
    this.#packs = objects.packs;
    this.#known = objects.known;
    this.#onDamaged = onDamaged;
  }

  /** Moves a damaged object out of the way, to the quarantine, and returns the error that says so. */
  take(digest: Digest): FermentError {
    this.#known.drop(digest);
    const packed = this.#packs.find(digest);
    if (packed === undefined) this.#takeLoose(digest);
    else this.#takePacked(packed);
    return new FermentError(
      'OBJECT_DAMAGED',
      `Object ${digest} does not have the content that its name says.`,
      {
        hint: `It was moved to ${this.#pathOf(digest)}. Run the stage that makes it again: ferment repro`,
      },
    );
  }

  #takePacked({ pack }: PackedObject): void {
    const damaged = this.#packs.purge(pack);
    for (const digest of damaged) this.#known.drop(digest);
    if (damaged.length > NAMED_OBJECTS) {
      const quarantined = this.folder;
      this.#onDamaged({ kind: 'objects', count: damaged.length, quarantined });
      return;
    }
    for (const digest of damaged)
      this.#onDamaged({ kind: 'object', digest, quarantined: this.#pathOf(digest) });
  }

  #takeLoose(digest: Digest): void {
    const quarantined = this.#pathOf(digest);
    if (this.#loose.moveTo(quarantined, digest)) this.#onDamaged({ kind: 'object', digest, quarantined });
  }

  #pathOf(digest: Digest): string {
    return join(this.folder, digest);
  }
}
