import type { Engine, LayersModel } from '../../engine/index.ts';
import { FermentError } from '../../kit/index.ts';
import type { Architecture } from '../params/index.ts';
import { countParameters, type ParameterCounts } from './count.ts';
import { initializeWeights } from './initialize.ts';
import { buildMobileNetV2 } from './mobilenetv2.ts';
import { buildResnet } from './resnet.ts';
import { buildSeResnet, buildWideSeResnet } from './se-resnet.ts';
import { buildDeepSeResnet } from './se-resnet-deep.ts';
import { buildVgg16 } from './vgg16.ts';

export interface ModelOptions {
  readonly architecture: Architecture;
  /** Probability of dropping an element, at the places that the architecture has for it. */
  readonly dropout: number;
  /** Decides the initial weights. */
  readonly seed: number | string;
}

const BUILDERS: Readonly<Record<Architecture, (engine: Engine, dropout: number) => LayersModel>> = {
  resnet: buildResnet,
  mobilenetv2: buildMobileNetV2,
  'se-resnet': buildSeResnet,
  'se-resnet-wide': buildWideSeResnet,
  'se-resnet-deep': buildDeepSeResnet,
  vgg16: buildVgg16,
};

/** What the nets have; the paper's report misprints the first as "418k". */
const EXPECTED: Readonly<Record<Architecture, ParameterCounts>> = {
  resnet: { learnable: 481_551, moving: 288, trainable: 481_551 },
  mobilenetv2: { learnable: 132_935, moving: 4_944, trainable: 132_935 },
  'se-resnet': { learnable: 383_381, moving: 1_184, trainable: 383_381 },
  'se-resnet-wide': { learnable: 467_527, moving: 1_296, trainable: 467_527 },
  'se-resnet-deep': { learnable: 466_045, moving: 1_552, trainable: 466_045 },
  vgg16: { learnable: 14_734_663, moving: 1_216, trainable: 7_099_399 },
};

/**
 * Builds a model of the study with its initial weights: `[n, 48, 48, 3]` normalised images (of the SE-ResNets
 * `[n, 48, 48, 1]`) to `[n, 7]` logits, not compiled. The caller disposes it. Throws INTERNAL when its parameters do
 * not add up.
 */
export function buildModel(engine: Engine, options: ModelOptions): LayersModel {
  const model = buildBlankModel(engine, options);
  initializeWeights(engine, model.layers, options.architecture, options.seed);
  return model;
}

/** The same without initial weights, for those who have others. */
export function buildBlankModel(
  engine: Engine,
  { architecture, dropout }: Omit<ModelOptions, 'seed'>,
): LayersModel {
  const model = BUILDERS[architecture](engine, dropout);
  const counts = countParameters(model);
  const expected = EXPECTED[architecture];
  if (counts.learnable !== expected.learnable || counts.trainable !== expected.trainable) {
    throw new FermentError(
      'INTERNAL',
      `${architecture} should have ${expected.learnable} learnable parameters, ${expected.trainable} of them trained. Received: ${counts.learnable}, ${counts.trainable}.`,
    );
  }
  return model;
}

/** Releases a model's weights. */
export function disposeModel(model: LayersModel): void {
  model.dispose();
}
