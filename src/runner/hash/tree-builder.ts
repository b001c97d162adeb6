import type { Stats } from 'node:fs';
import { STAT_WORDS, type Tree, treeOf } from './tree.ts';

/** The files of a tree as they are found. */
export class TreeBuilder {
  #names: string[] = [];
  #stats = new Float64Array(STAT_WORDS * 64);

  /** Takes a file. */
  add(name: string, stat: Stats): void {
    const at = this.#names.length * STAT_WORDS;
    if (at === this.#stats.length) {
      const larger = new Float64Array(this.#stats.length * 2);
      larger.set(this.#stats);
      this.#stats = larger;
    }
    writeStat(this.#stats, at, stat);
    this.#names.push(name);
  }

  /** The files in the lists, which are empty then. */
  cut(): Tree {
    const tree = treeOf(this.#names, this.#stats.slice(0, this.#names.length * STAT_WORDS));
    this.#names = [];
    this.#stats = new Float64Array(STAT_WORDS * 64);
    return tree;
  }
}

/** Writes one file's words. */
export function writeStat(into: Float64Array, at: number, stat: Stats): void {
  into[at] = stat.dev;
  into[at + 1] = stat.ino;
  into[at + 2] = stat.size;
  into[at + 3] = stat.mtimeMs;
  into[at + 4] = stat.ctimeMs;
  into[at + 5] = isExecutable(stat) ? 1 : 0;
}

/** The owner may execute it; Windows has no such bit. */
function isExecutable(stat: Stats): boolean {
  return process.platform !== 'win32' && (stat.mode & 0o100) !== 0;
}
