import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMAGE_PIXELS, IMAGE_SIDE, readNpy, writeNpy } from '../../src/fer/index.ts';
import { type Bench, type Command, type Contestant, defineBench, type Tool } from '../runner/bench.ts';
import { drawPictures } from '../runner/pictures.ts';
import { measuringItself, tsxCommand } from '../runner/said.ts';
import type { FoundTool } from '../runner/tools.ts';
import { changeAll, type Kind } from './changes.ts';

const KINDS = {
  offline: {
    title: 'Offline: turn ±15°, shift ±10 %, zoom ±10 %, flip; bilinear',
    peer: 'keras-generator',
    least: 5,
  },
  online: {
    title: 'Online: flip, turn ±5°, shear ±10°, shift ±20 %; nearest, twice',
    peer: 'torchvision',
    least: 3,
  },
} as const satisfies Record<Kind, { title: string; peer: Tool; least: number }>;

/** How long each of them measures in one round, after a first pass. */
const SECONDS = '4';
/** Of the mean change of an image: further apart than this, two programs do not do the same work. */
const STANDARD_ERRORS = 6;
/** The libraries below NumPy, SciPy and PyTorch ask for their threads here. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** The study's two augmentations of `count` gray images of 48x48, beside the libraries that they repeat. */
export function augmentationBenches(
  tools: ReadonlyMap<Tool, FoundTool>,
  count = 10_000,
  seconds = SECONDS,
): readonly Bench[] {
  return (Object.keys(KINDS) as readonly Kind[]).map((kind) => {
    const { title, peer, least } = KINDS[kind];
    const found = tools.get(peer);
    return defineBench({
      id: `augmentation-${kind}`,
      part: `Augmentation: ${count.toLocaleString('en')} gray images of 48x48 in memory, one thread, in a warm process`,
      title,
      goalRatios: { [peer]: least },
      images: count,
      rounds: 5,
      contestants: [
        contestant('ferment', { kind, count }, tsxCommand(here('ours.ts'), kind, seconds)),
        ...(found === undefined
          ? []
          : [
              contestant(
                peer,
                { kind, count },
                { file: found.file, args: [here('peer.py'), peer, seconds], env: ONE_THREAD },
              ),
            ]),
      ],
    });
  });
}

interface Work {
  readonly kind: Kind;
  readonly count: number;
}

function contestant(tool: Tool, { kind, count }: Work, command: Command): Contestant {
  const shape = [count, IMAGE_SIDE, IMAGE_SIDE];
  const read = (folder: string, name: string): Uint8Array =>
    readNpy(join(folder, name), { dtype: 'uint8', shape }).data;
  const measuring = measuringItself(tool, command);
  return {
    ...measuring,
    setUp: (folder) =>
      writeNpy(join(folder, 'images.npy'), { dtype: 'uint8', shape, data: drawPictures(count, 1) }),
    check: async (folder, output) => {
      await measuring.check(folder, output);
      const images = read(folder, 'images.npy');
      const made = changeOf(images, read(folder, 'changed.npy'));
      // Other random numbers of the same kind: what they change is the same in the mean.
      const expected = changeOf(images, changeAll(kind, images, 0));
      const apart = Math.abs(made.mean - expected.mean) / Math.hypot(made.error, expected.error);
      if (!(apart <= STANDARD_ERRORS))
        throw new Error(
          `${tool} changed images by ${made.mean.toFixed(2)} gray levels, ${expected.mean.toFixed(2)} were expected`,
        );
    },
  };
}

/** By how many gray levels a pixel is changed: the mean over the images, and its standard error. */
function changeOf(
  images: Uint8Array,
  changed: Uint8Array,
): { readonly mean: number; readonly error: number } {
  const count = images.length / IMAGE_PIXELS;
  const sums = new Float64Array(count);
  for (const [p, level] of images.entries()) {
    const i = Math.floor(p / IMAGE_PIXELS);
    sums[i] = (sums[i] ?? 0) + Math.abs(level - (changed[p] ?? 0)) / IMAGE_PIXELS;
  }
  const mean = sums.reduce((a, b) => a + b, 0) / count;
  const variance = sums.reduce((sum, own) => sum + (own - mean) ** 2, 0) / (count - 1);
  return { mean, error: Math.sqrt(variance / count) };
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
