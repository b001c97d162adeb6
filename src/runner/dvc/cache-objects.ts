import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../kit/index.ts';
import { type ListedFile, parseListing } from './listing.ts';
import type { Md5Reference } from './md5.ts';

/** An object of DVC's cache that cannot be used, and why. */
export interface DamagedObject {
  readonly path: string;
  readonly problem: string;
}

/** The objects of DVC's cache: where they are, what its folders list, and which of them are damaged. */
export class CacheObjects {
  readonly damaged: DamagedObject[] = [];
  readonly #cache: string;
  readonly #unusable = new Set<string>();

  constructor(cache: string) {
    this.#cache = cache;
  }

  /** Where the cache has an object: DVC 3's place for its own, the place of DVC 2 for legacy ones. */
  locate(reference: Md5Reference): string | undefined {
    const { md5, isFolder, legacy } = reference;
    const name = `${md5.slice(0, 2)}/${md5.slice(2)}${isFolder ? '.dir' : ''}`;
    const places = [join(this.#cache, 'files', 'md5', name), join(this.#cache, name)];
    return (legacy ? places.reverse() : places).find(isRegularFile);
  }

  /** The same, but undefined for an object that is known to be damaged. */
  usable(reference: Md5Reference): string | undefined {
    const path = this.locate(reference);
    return path === undefined || this.#unusable.has(path) ? undefined : path;
  }

  /** What a folder's object lists, or undefined when it is missing or damaged. */
  listing(reference: Md5Reference): readonly ListedFile[] | undefined {
    const path = this.usable(reference);
    if (path === undefined) return undefined;
    try {
      const bytes = readFileSync(path);
      const isRight = hash('md5', bytes, 'hex') === reference.md5;
      const files = isRight ? parseListing(bytes) : OTHER_CONTENT;
      return typeof files === 'string' ? this.complain(path, files) : files;
    } catch (error) {
      return this.complain(path, messageOf(error));
    }
  }

  /** Notes a damaged object, once; it counts as missing from then on. */
  complain(path: string, problem: string): undefined {
    if (this.#unusable.has(path)) return undefined;
    this.#unusable.add(path);
    this.damaged.push({ path, problem });
    return undefined;
  }

  /** The same for an object whose content is not that of its name. */
  complainOfContent(path: string): undefined {
    return this.complain(path, OTHER_CONTENT);
  }
}

const OTHER_CONTENT = 'its content is not what its name says';

/** Objects may be links: `dvc cache migrate` leaves links at the old places. */
function isRegularFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
