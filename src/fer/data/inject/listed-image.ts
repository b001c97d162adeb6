import type { TreeFile } from '../tree/index.ts';

/** The image that a line of a list means, or why there is none. */
export type ListedImage = TreeFile | 'imageMissing' | 'imageAmbiguous';

/**
 * Makes a finder of images by the path that a list gives, wherever in the tree the folder of images lies. An image must
 * agree with the path in its last two parts (or its only one); of several, the one that agrees in most parts is meant,
 * seen from the list's own folder. `imageAmbiguous` when no one agrees in more than all others: `1/0001.jpg` says
 * nothing where `train/1/0001.jpg` and `val/1/0001.jpg` lie side by side.
 */
export function indexImages(images: readonly TreeFile[]): (path: string, listPath: string) => ListedImage {
  const byLastTwo = groupByEnd(images, 2);
  let byName: ReadonlyMap<string, readonly TreeFile[]> | undefined;
  return (path, listPath) => {
    const parts = partsOf(path);
    byName ??= parts.length === 1 ? groupByEnd(images, 1) : undefined;
    const found = (parts.length === 1 ? byName : byLastTwo)?.get(endOf(parts, 2)) ?? [];
    const [only] = found;
    if (only === undefined) return 'imageMissing';
    return found.length === 1 ? only : mostAlike(found, [...partsOf(listPath).slice(0, -1), ...parts]);
  };
}

function groupByEnd(images: readonly TreeFile[], length: number): ReadonlyMap<string, readonly TreeFile[]> {
  const groups = new Map<string, TreeFile[]>();
  for (const image of images) {
    const end = endOf(partsOf(image.path), length);
    const group = groups.get(end);
    if (group === undefined) groups.set(end, [image]);
    else group.push(image);
  }
  return groups;
}

function mostAlike(images: readonly TreeFile[], wanted: readonly string[]): ListedImage {
  // The root counts as a part: a file at the very path is more alike than one further down.
  const shared = images.map((image) => commonEnd(['', ...partsOf(image.path)], ['', ...wanted]));
  const most = shared.reduce((a, b) => Math.max(a, b));
  const best = images.filter((_, i) => shared[i] === most);
  return best.length === 1 && best[0] !== undefined ? best[0] : 'imageAmbiguous';
}

/** In how many parts two paths agree, from their ends. */
function commonEnd(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < Math.min(a.length, b.length) && a.at(-1 - count) === b.at(-1 - count)) count++;
  return count;
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function endOf(parts: readonly string[], length: number): string {
  return parts.slice(-length).join('/');
}
