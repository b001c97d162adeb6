import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE_SIDE } from '../../../../src/fer/data/index.ts';
import { writeNpy } from '../../../../src/fer/data/npy/index.ts';
import { writeProvenance } from '../../../../src/fer/data/provenance.ts';
import type { CompactTraining } from '../../../../src/fer/training/runs/compact-net.ts';
import type { TrainingPlaces } from '../../../../src/fer/training/runs/run-training.ts';
import type { ScheduleParams } from '../../../../src/fer/training/schedule/schedule.ts';
import { createRandom } from '../../../../src/kit/index.ts';

/**
 * Writes a packed split of gray pictures whose seven classes are stripes of seven directions, with noise: quickly
 * learnt, not at once. Image i has the label i mod 7.
 */
export function writeTinySplit(folder: string, count: number, seed: number): void {
  const random = createRandom(seed, 'tiny');
  const images = new Uint8Array(count * IMAGE_SIDE * IMAGE_SIDE * 3);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 7);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const angle = ((i % 7) * Math.PI) / 7;
    const phase = random.uniform(0, 6);
    for (let pixel = 0; pixel < IMAGE_SIDE * IMAGE_SIDE; pixel++) {
      const x = pixel % IMAGE_SIDE;
      const y = (pixel - x) / IMAGE_SIDE;
      const stripe = Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) / 2 + phase);
      const gray = Math.round(128 + 60 * stripe + random.uniform(-50, 50));
      images.fill(gray, at, at + 3);
      at += 3;
    }
  }
  mkdirSync(folder, { recursive: true });
  writeNpy(join(folder, 'images.npy'), {
    dtype: 'uint8',
    shape: [count, IMAGE_SIDE, IMAGE_SIDE, 3],
    data: images,
  });
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [count], data: labels });
  const record = { origin: 'original', source: 'tiny', encoding: ['drawn'] } as const;
  writeProvenance(
    folder,
    Array.from({ length: count }, () => record),
  );
}

export const CONSTANT_RATE: ScheduleParams = {
  kind: 'none',
  factor: 0.5,
  patience: 3,
  threshold: 1e-4,
  minLearningRate: 0,
  warmupEpochs: 0,
};

/** The paper's online augmentation and batches small enough for tiny data. */
export const TINY_TRAINING = {
  batchSize: 16,
  labelSmoothing: 0,
  classWeightPower: 0,
  preprocessing: 'centered',
  augmentation: {
    logScale: 0,
    logAspect: 0,
    logContrast: 0,
    brightness: 0,
    erasing: { probability: 0, minSide: 0.125, maxSide: 0.375, until: 1 },
    flipProbability: 0,
    rotationDegrees: 5,
    shearDegrees: 0,
    translateFraction: 0.1,
    interpolation: 'nearest',
    fill: 'black',
  },
} as const;

/** A training of a few seconds in which everything that a checkpoint has to carry changes. */
export const tinyCompactTraining: CompactTraining = {
  architecture: 'resnet',
  optimizer: 'adam',
  learningRate: 0.001,
  dropout: 0.15,
  weightDecay: 1e-4,
  epochs: 2,
  trainLimit: 42,
  schedule: { ...CONSTANT_RATE, kind: 'cosine', warmupEpochs: 1 },
  earlyStopping: 3,
  keep: 'best-loss',
  training: TINY_TRAINING,
  seed: 7,
};

export function placesIn(data: string, out: string): TrainingPlaces {
  return {
    train: join(data, 'train'),
    validation: join(data, 'validation'),
    model: join(out, 'model'),
    history: join(out, 'history.csv'),
    checkpoint: join(out, 'checkpoint'),
  };
}
