/**
 * ours.ts KIND SECONDS: what peer.py does, by this repository's augmentation (offline, online): changes images.npy of
 * the working folder again and again, writes what the last pass made to changed.npy, and prints the same JSON.
 */
import { IMAGE_SIDE, readNpy, writeNpy } from '../../src/fer/index.ts';
import { measureFor } from '../runner/measure.ts';
import { changeAll, type Kind } from './changes.ts';

const [kind, seconds] = process.argv.slice(2);
const side = IMAGE_SIDE;
const { data: images, shape } = readNpy('images.npy', { dtype: 'uint8', shape: [null, side, side] });
let pass = 1;
let changed = changeAll(kind as Kind, images, pass);
const measured = measureFor(Number(seconds), () => {
  changed = changeAll(kind as Kind, images, ++pass);
});
writeNpy('changed.npy', { dtype: 'uint8', shape, data: changed });
console.log(JSON.stringify(measured));
