import { describe, expect, it } from 'vitest';
import { indexImages } from '../../../../src/fer/data/inject/listed-image.ts';
import type { TreeFile } from '../../../../src/fer/data/tree/index.ts';

/** What a line with `path` in the list `list` means among images at these paths. */
function find(images: readonly string[], path: string, list = 'training.csv'): string {
  const files = images.map(
    (image): TreeFile => ({
      path: image,
      sizeBytes: 0,
      position: 0,
      read: () => Promise.reject(new Error('not asked for')),
      open: () => Promise.reject(new Error('not asked for')),
    }),
  );
  const found = indexImages(files)(path, list);
  return typeof found === 'string' ? found : found.path;
}

describe('the image that a line of a list means', () => {
  it.each([
    [
      'agrees in its last two parts',
      ['Images/689/a.jpg', 'Images/690/a.jpg'],
      '689/a.jpg',
      'Images/689/a.jpg',
    ],
    [
      'agrees in more parts than the others',
      ['train/1/a.jpg', 'val/1/a.jpg'],
      './val/1/a.jpg',
      'val/1/a.jpg',
    ],
    ['lies at the very path', ['1/a.jpg', 'val/1/a.jpg'], '1/a.jpg', '1/a.jpg'],
    ['has the name that is all a list gives', ['Images/a.jpg', 'Images/b.jpg'], 'a.jpg', 'Images/a.jpg'],
    ['is missing when only its name agrees', ['a.jpg', 'Images/690/a.jpg'], '689/a.jpg', 'imageMissing'],
    ['is unknown when several agree alike', ['train/1/a.jpg', 'val/1/a.jpg'], '1/a.jpg', 'imageAmbiguous'],
    ['is unknown when an archive has it twice', ['x/1/a.jpg', 'x/1/a.jpg'], 'x/1/a.jpg', 'imageAmbiguous'],
  ])('%s', (_, images, path, wanted) => {
    expect(find(images, path)).toBe(wanted);
  });

  it('is looked for from the folder of the list', () => {
    const images = ['train/1/a.jpg', 'val/1/a.jpg'];
    expect(find(images, '1/a.jpg', 'val/list.csv')).toBe('val/1/a.jpg');
  });
});
