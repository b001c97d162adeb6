/**
 * ours.ts KIND SECONDS: what peer.py does, by this repository's augmentation (offline, online): changes images.npy of
 * the working folder again and again, writes what the last pass made to changed.npy, and prints the same JSON.
 */
import { IMAGE_SIDE, readNpy, writeNpy } from '../../src/fer/index.ts';
import { median } from '../runner/statistics.ts';
import { changeAll, type Kind } from './changes.ts';

const [kind, seconds] = process.argv.slice(2);
const side = IMAGE_SIDE;
const { data: images, shape } = readNpy('images.npy', { dtype: 'uint8', shape: [null, side, side] });
const walls: number[] = [];
let changed = changeAll(kind as Kind, images, 1);
const before = process.cpuUsage();
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end || walls.length < 3) {
  const start = performance.now();
  changed = changeAll(kind as Kind, images, walls.length + 2);
  walls.push((performance.now() - start) / 1000);
}
const { user, system } = process.cpuUsage(before);
writeNpy('changed.npy', { dtype: 'uint8', shape, data: changed });
console.log(JSON.stringify({ wallSeconds: median(walls), cpuSeconds: (user + system) / 1e6 / walls.length }));
