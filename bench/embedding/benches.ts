import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Matrix,
  matrixOf,
  neighbourKl,
  neighbourLabelAccuracy,
  readNpy,
  trustworthiness,
} from '../../src/fer/index.ts';
import { type Bench, type Command, type Contestant, defineBench, type Tool } from '../runner/bench.ts';
import { measuredIn, tsxCommand } from '../runner/said.ts';
import type { FoundTool } from '../runner/tools.ts';
import { writeFeatures } from './features.ts';

const THREADS = 2;
/** The measures of quality look at all pairs. */
const MEASURED_POINTS = 20_000;
const GOAL = 'openTSNE 1×, its KL within 2 %, its trustworthiness and label accuracy';
const PART =
  't-SNE: generated features of 50 columns, perplexity 30, 1,000 iterations, 2 threads, in a process that has read them';

interface Size {
  readonly points: number;
  readonly dimensions: 2 | 3;
  readonly rounds: number;
  readonly peers: readonly Tool[];
}

/** The study's size in plane and space, and how time grows. */
const SIZES: readonly Size[] = [
  { points: 7178, dimensions: 2, rounds: 3, peers: ['opentsne', 'sklearn'] },
  { points: 20_000, dimensions: 2, rounds: 1, peers: ['opentsne'] },
  { points: 50_000, dimensions: 2, rounds: 1, peers: ['opentsne'] },
  { points: 7178, dimensions: 3, rounds: 1, peers: ['sklearn'] },
];

/**
 * Maps by t-SNE beside openTSNE and scikit-learn. FERMENT_BENCH_FEATURES names a folder with `embeddings.npy` and
 * `labels.npy`, as stage `evaluate` writes it, to be mapped in the place of the generated features of 7,178 points.
 */
export function embeddingBenches(tools: ReadonlyMap<Tool, FoundTool>): readonly Bench[] {
  return SIZES.map((size) => {
    const peers = size.peers.flatMap((tool) => tools.get(tool) ?? []);
    const { points, dimensions, rounds } = size;
    return defineBench({
      id: `embedding-${dimensions === 2 ? 'plane' : 'space'}-${points}`,
      part: PART,
      title: `${points.toLocaleString('en')} points, ${dimensions} dimensions`,
      ...(points === 7178 && dimensions === 2 ? { goal: GOAL } : {}),
      rounds,
      contestants: [
        contestant('ferment', size, tsxCommand(here('ours.ts'), String(dimensions), String(THREADS))),
        ...peers.map(({ tool, file }) =>
          contestant(tool, size, {
            file,
            args: [here('peer.py'), tool, String(dimensions), String(THREADS)],
          }),
        ),
      ],
    });
  });
}

function contestant(tool: Tool, { points }: Size, command: Command): Contestant {
  return {
    tool,
    ...(tool === 'sklearn' ? { rounds: 1 } : {}),
    capSeconds: 1800,
    setUp: (folder) => {
      const given = process.env['FERMENT_BENCH_FEATURES'];
      if (given === undefined || points !== 7178) writeFeatures(folder, points);
      else
        for (const name of ['embeddings.npy', 'labels.npy'])
          copyFileSync(join(given, name), join(folder, name));
    },
    command: () => command,
    check: (folder) => {
      const { data } = readNpy(join(folder, 'map.npy'), { dtype: 'float32', shape: [points, null] });
      if (!data.every(Number.isFinite)) throw new Error(`${tool} made a map that is not all numbers`);
    },
    measured: (output, folder) => {
      const times = measuredIn(output);
      return points > MEASURED_POINTS ? times : { ...times, figures: qualityOf(folder) };
    },
  };
}

/** The same measures for all, by one implementation. */
function qualityOf(folder: string): Readonly<Record<string, number>> {
  const x = readMatrix(join(folder, 'embeddings.npy'));
  const map = readMatrix(join(folder, 'map.npy'));
  const labels = readNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [x.rows] }).data;
  return {
    KL: neighbourKl(x, map, 30),
    trustworthiness: trustworthiness(x, map, 12),
    'label accuracy': neighbourLabelAccuracy(map, labels, 10).accuracy,
  };
}

function readMatrix(path: string): Matrix {
  const { data, shape } = readNpy(path, { dtype: 'float32', shape: [null, null] });
  const [rows = 0, columns = 0] = shape;
  return matrixOf(data, rows, columns);
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
