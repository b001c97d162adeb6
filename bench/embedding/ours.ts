/**
 * ours.ts DIMENSIONS THREADS: maps embeddings.npy of the working folder by this repository's t-SNE, writes map.npy, and
 * prints as JSON what that took, reading and writing left out.
 */
import { matrixOf, readNpy, tsne, writeNpy } from '../../src/fer/index.ts';

const [dimensions, threads] = process.argv.slice(2).map(Number);
const { data, shape } = readNpy('embeddings.npy', { dtype: 'float32', shape: [null, null] });
const [rows = 0, columns = 0] = shape;
const x = matrixOf(data, rows, columns);
const before = process.cpuUsage();
const start = performance.now();
const { map } = tsne(x, {
  seed: 42,
  dimensions: dimensions === 3 ? 3 : 2,
  perplexity: 30,
  iterations: 1000,
  earlyExaggeration: 12,
  exaggerationIterations: 250,
  ...(threads === undefined ? {} : { threads }),
});
const wallSeconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(before);
writeNpy('map.npy', { dtype: 'float32', shape: [rows, map.columns], data: Float32Array.from(map.data) });
console.log(JSON.stringify({ wallSeconds, cpuSeconds: (user + system) / 1e6 }));
