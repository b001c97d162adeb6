/** `stages.train.deps[0]` */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((word, i) => (typeof word === 'number' ? `[${word}]` : `${i === 0 ? '' : '.'}${word}`))
    .join('');
}

/** A JSON pointer as a path; the words that index lists become numbers. */
export function pathOf(pointer: string, root: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let at = root;
  for (const word of pointer.split('/').slice(1)) {
    const key = word.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(key) : key);
    if (typeof at !== 'object' || at === null) break;
    at = Array.isArray(at) ? at[Number(key)] : (at as Readonly<Record<string, unknown>>)[key];
  }
  return path;
}

/** What stands at a path in a value; undefined where nothing does. */
export function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let at = root;
  for (const word of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[word];
  }
  return at;
}
