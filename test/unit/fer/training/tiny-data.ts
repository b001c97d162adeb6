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
  precision: 'float32',
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

/** A training with every part of our recipe, each image size for one of three epochs. */
export const recipeTraining: CompactTraining = {
  architecture: 'se-resnet',
  optimizer: 'adamw',
  learningRate: 0.003,
  beta1: 0.9,
  beta2: 0.99,
  dropout: 0.2,
  weightDecay: 0.05,
  averageDecay: 0.9,
  imageSizes: [
    { side: 32, until: 0.34 },
    { side: 40, until: 0.67 },
  ],
  mixup: { alpha: 0.4, until: 0.67 },
  epochs: 3,
  trainLimit: null,
  schedule: { ...CONSTANT_RATE, kind: 'cosine', warmupEpochs: 0.5 },
  earlyStopping: null,
  keep: 'last',
  training: {
    batchSize: 16,
    labelSmoothing: 0.1,
    precision: 'float32',
    classWeightPower: 0.25,
    preprocessing: 'standardized',
    augmentation: {
      ...TINY_TRAINING.augmentation,
      interpolation: 'bilinear',
      fill: 'edge',
      logScale: 0.12,
      logAspect: 0.06,
      logContrast: 0.2,
      brightness: 0.2,
      erasing: { probability: 0.5, minSide: 0.125, maxSide: 0.375, until: 0.67 },
    },
  },
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
