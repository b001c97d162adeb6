/**
 * Words per file in `Tree.stats`: dev, ino, size, mtime (ms), ctime (ms), executable (0 or 1). Doubles hold times to a
 * quarter of a microsecond, finer than any two writes, and cost half of what the integers of `bigint` stats do.
 */
export const STAT_WORDS = 6;

/** No name has it. */
const SEPARATOR = '\0';

/** The files below a folder, in the order in which they were found, with what tells a change from a glance. */
export interface Tree {
  readonly count: number;
  /** Paths below the folder, with forward slashes. */
  readonly names: readonly string[];
  /** The same in one text, which takes less time to read, write and compare. */
  readonly joinedNames: string;
  /** STAT_WORDS words for each name. */
  readonly stats: Float64Array;
}

export function treeOf(names: readonly string[], stats: Float64Array): Tree {
  let joined: string | undefined;
  return {
    count: names.length,
    names,
    stats,
    get joinedNames() {
      joined ??= names.join(SEPARATOR);
      return joined;
    },
  };
}

/** The tree of as many files as there are stats for, or undefined where there are not as many names. */
export function treeOfJoined(joinedNames: string, stats: Float64Array): Tree | undefined {
  const count = stats.length / STAT_WORDS;
  let names: readonly string[] | undefined;
  if (countNames(joinedNames, count) !== count) return undefined;
  return {
    count,
    joinedNames,
    stats,
    // An unchanged folder needs no list of its names.
    get names() {
      names ??= count === 0 ? [] : joinedNames.split(SEPARATOR);
      return names;
    },
  };
}

/** The same files with other stats. */
export function withStats(tree: Tree, stats: Float64Array): Tree {
  return {
    count: tree.count,
    stats,
    get names() {
      return tree.names;
    },
    get joinedNames() {
      return tree.joinedNames;
    },
  };
}

/** Several trees as one, in this order. */
export function concatTrees(trees: readonly Tree[]): Tree {
  const [only] = trees;
  if (trees.length === 1 && only !== undefined) return only;
  const filled = trees.filter(({ count }) => count > 0);
  const stats = new Float64Array(filled.reduce((sum, tree) => sum + tree.stats.length, 0));
  let at = 0;
  for (const tree of filled) {
    stats.set(tree.stats, at);
    at += tree.stats.length;
  }
  const joined = filled.map(({ joinedNames }) => joinedNames).join(SEPARATOR);
  return (
    treeOfJoined(joined, stats) ??
    treeOf(
      filled.flatMap(({ names }) => names),
      stats,
    )
  );
}

/** True when both trees list the same files with the same times, sizes and places: then the content is the same. */
export function sameTree(a: Tree, b: Tree): boolean {
  return Buffer.compare(bytesOf(a.stats), bytesOf(b.stats)) === 0 && sameNames(a, b);
}

/** True when both trees list the same files in the same order. */
export function sameNames(a: Tree, b: Tree): boolean {
  return a.count === b.count && a.joinedNames === b.joinedNames;
}

/** Rows that are compared at once: of a large folder few files change, and comparing bytes is the machine's own loop. */
const ROWS_AT_ONCE = 256;

/** The rows in which two trees of the same names differ, ascending. */
export function otherRows(a: Tree, b: Tree): number[] {
  const isSame = (from: number, to: number): boolean => {
    const at = [from * STAT_WORDS, to * STAT_WORDS] as const;
    return Buffer.compare(bytesOf(a.stats.subarray(...at)), bytesOf(b.stats.subarray(...at))) === 0;
  };
  const rows: number[] = [];
  for (let from = 0; from < a.count; from += ROWS_AT_ONCE) {
    const to = Math.min(from + ROWS_AT_ONCE, a.count);
    if (isSame(from, to)) continue;
    for (let row = from; row < to; row++) if (!isSame(row, row + 1)) rows.push(row);
  }
  return rows;
}

export function bytesOf(array: Float64Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function countNames(joined: string, expected: number): number {
  if (expected === 0) return joined === '' ? 0 : 1;
  let count = 1;
  for (let at = joined.indexOf(SEPARATOR); at >= 0; at = joined.indexOf(SEPARATOR, at + 1)) count++;
  return count;
}
