import {
  createInference,
  createTrainer,
  type DeviceRequest,
  type Engine,
  loadEngine,
  type Precision,
  withPrecision,
} from '../../engine/index.ts';
import { createRandom } from '../../kit/index.ts';
import { type EngineFacts, engineFacts } from '../engine-facts.ts';
import { buildModel, channelsOf, disposeModel, IMAGE_SHAPE } from '../models/index.ts';
import { type Architecture, CLASSES } from '../params/index.ts';

export interface MeasureOptions {
  readonly architecture: Architecture;
  readonly batchSize: number;
  /** For training, and again for prediction; whole steps, so a slow one may take longer. */
  readonly seconds: number;
  readonly device: DeviceRequest;
  /** By default all cores. */
  readonly threads?: number;
  /** Of the training; predictions are in float32. */
  readonly precision: Precision;
}

export interface Measurement {
  /** Batch size over the median time of a whole training step: from an array in memory to moved weights. */
  readonly trainImagesPerSecond: number;
  /** Batch size over the median time of a batch, from an array in memory to logits in memory. */
  readonly predictImagesPerSecond: number;
  /** The largest resident set of this process so far, libraries included. Memory of a GPU is not in it. */
  readonly peakMemoryBytes: number;
  readonly engine: EngineFacts;
}

/** As the paper trained them, and the SE-ResNet as params.best.yaml does. */
const DROPOUT: Readonly<Record<Architecture, number>> = {
  resnet: 0.15,
  mobilenetv2: 0,
  'se-resnet': 0.2,
  'se-resnet-wide': 0.2,
  'se-resnet-deep': 0.2,
  vgg16: 0.5,
};
const WARM_UP_STEPS = 3;

/**
 * Measures training (Adam; of VGG16 the last block and the head) and prediction of one model on random images.
 * The memory is that of the process, so a process should measure one model only.
 * Throws NO_ENGINE, NO_DEVICE and OUT_OF_MEMORY as the engine does.
 */
export async function measureModel(options: MeasureOptions): Promise<Measurement> {
  const { architecture, device, threads } = options;
  const engine = await loadEngine({ device, ...(threads === undefined ? {} : { threads }) });
  const model = buildModel(engine, { architecture, dropout: DROPOUT[architecture], seed: 1 });
  try {
    const batch = randomBatch(options.batchSize, channelsOf(model));
    const inTraining = withPrecision(engine, options.precision);
    const trainImagesPerSecond = measureTraining(inTraining, model, batch, options);
    const predictImagesPerSecond = measurePrediction(engine, model, batch, options);
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    return {
      trainImagesPerSecond,
      predictImagesPerSecond,
      peakMemoryBytes,
      engine: engineFacts(inTraining),
    };
  } finally {
    disposeModel(model);
  }
}

type Model = ReturnType<typeof buildModel>;

interface Batch {
  readonly images: Float32Array<ArrayBuffer>;
  readonly labels: readonly number[];
}

function measureTraining(engine: Engine, model: Model, { images, labels }: Batch, options: MeasureOptions) {
  const trainer = createTrainer(engine, model, {
    optimizer: { kind: 'adam', learningRate: 1e-3 },
    seed: 1,
  });
  try {
    return imagesPerSecond(options, () => {
      trainer.step(images, labels);
    });
  } finally {
    trainer.dispose();
  }
}

function measurePrediction(engine: Engine, model: Model, { images, labels }: Batch, options: MeasureOptions) {
  const { tf } = engine;
  const inference = createInference(engine, model);
  try {
    return imagesPerSecond(options, () => {
      const batch = tf.tensor(images, [labels.length, IMAGE_SHAPE[0], IMAGE_SHAPE[1], channelsOf(model)]);
      const { logits, embeddings } = inference.run(batch);
      logits.dataSync();
      tf.dispose([batch, logits, embeddings]);
    });
  } finally {
    inference.dispose();
  }
}

/** The median, unlike the mean, is not moved by what else the machine does now and then. */
function imagesPerSecond({ batchSize, seconds }: MeasureOptions, step: () => void): number {
  for (let i = 0; i < WARM_UP_STEPS; i++) step();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  do {
    const start = performance.now();
    step();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  times.sort((a, b) => a - b);
  const middle = times[times.length >> 1] ?? Number.NaN;
  return (1000 * batchSize) / middle;
}

function randomBatch(count: number, channels: number): Batch {
  const random = createRandom(1, 'measure');
  const size = count * IMAGE_SHAPE[0] * IMAGE_SHAPE[1] * channels;
  return {
    images: Float32Array.from({ length: size }, () => random.uniform(-1, 1)),
    labels: Array.from({ length: count }, (_, i) => i % CLASSES.length),
  };
}
