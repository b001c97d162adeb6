import type { Layer } from '../native.ts';
import type { ActivationKind } from '../ops/activation.ts';
import type { Window } from '../ops/conv.ts';
import type { Pool } from '../ops/max-pool.ts';
import type { BatchNormLayer } from './batch-norm-step.ts';
import { unsupported } from './layer-calls.ts';
import type { Weight } from './step.ts';
import type { Weighted } from './weighted-steps.ts';

// What the kernels need to know of a layer, read from its configuration with checks. All of these throw INTERNAL
// where the configuration is one that no kernel has: a model is either run exactly or not at all.

/** Kernel and bias of a convolution, depthwise convolution or dense layer. */
export function weightsOf(layer: Layer): Omit<Weighted, 'input'> {
  return {
    name: layer.name,
    kernel: weight(layer, layer.getClassName() === 'DepthwiseConv2D' ? 'depthwise_kernel' : 'kernel'),
    bias: layer.getConfig()['useBias'] === false ? undefined : weight(layer, 'bias'),
    trainable: layer.trainable,
  };
}

/** A batch norm over the last axis of an input of `rank` axes beside the batch. */
export function batchNormOf(layer: Layer, rank: number): Omit<BatchNormLayer, 'input'> {
  const axis = layer.getConfig()['axis'];
  if (axis !== -1 && axis !== rank) return refuse(layer, 'axis');
  return {
    name: layer.name,
    gamma: weight(layer, 'gamma'),
    beta: weight(layer, 'beta'),
    movingMean: weight(layer, 'moving_mean'),
    movingVariance: weight(layer, 'moving_variance'),
    momentum: numberOf(layer, 'momentum'),
    epsilon: numberOf(layer, 'epsilon'),
    trainable: layer.trainable,
  };
}

export function poolOf(layer: Layer): Pool {
  return { size: pairOf(layer, 'poolSize'), strides: pairOf(layer, 'strides'), padding: paddingOf(layer) };
}

/** Stride and padding of a convolution; `explicit` comes from a ZeroPadding2D just before it. */
export function windowOf(layer: Layer, explicit: Window['padding'] | undefined): Window {
  const [vertical, horizontal] = pairOf(layer, 'dilationRate');
  if (vertical !== 1 || horizontal !== 1) return refuse(layer, 'dilationRate');
  const own = paddingOf(layer);
  if (explicit !== undefined && own !== 'valid') return refuse(layer, 'padding');
  return { strides: pairOf(layer, 'strides'), padding: explicit ?? own };
}

/** Top, bottom, left, right of a ZeroPadding2D. */
export function zeroPaddingOf(layer: Layer): readonly [number, number, number, number] {
  checkLayout(layer);
  const value = layer.getConfig()['padding'];
  if (!(Array.isArray(value) && isPair(value[0]) && isPair(value[1]))) return refuse(layer, 'padding');
  return [...value[0], ...value[1]];
}

/** The kind of a ReLU layer. */
export function reluOf(layer: Layer): ActivationKind {
  const limit = layer.getConfig()['maxValue'];
  if (isMissing(limit)) return 'relu';
  return limit === 6 ? 'relu6' : refuse(layer, 'maxValue');
}

/** The activation inside a convolution or dense layer. */
export function activationOf(layer: Layer): ActivationKind | undefined {
  const value = layer.getConfig()['activation'];
  if (value === undefined || value === 'linear') return undefined;
  return value === 'relu' || value === 'relu6' || value === 'sigmoid' ? value : refuse(layer, 'activation');
}

/** Shape of the output of a Reshape layer without the batch axis; every side is known. */
export function targetShapeOf(layer: Layer): readonly number[] {
  const value: unknown = layer.getConfig()['targetShape'];
  const isKnown = Array.isArray(value) && value.every((side) => Number.isInteger(side) && side > 0);
  return isKnown ? sidesOf(value) : refuse(layer, 'targetShape');
}

/** The rate of a Dropout that draws for each number by itself. */
export function dropoutRateOf(layer: Layer): number {
  return isMissing(layer.getConfig()['noiseShape']) ? numberOf(layer, 'rate') : refuse(layer, 'noiseShape');
}

/** All kernels take images as `[n, h, w, c]`. */
export function checkLayout(layer: Layer): void {
  const value = layer.getConfig()['dataFormat'];
  if (!isMissing(value) && value !== 'channelsLast') refuse(layer, 'dataFormat');
}

function numberOf(layer: Layer, key: string): number {
  const value: unknown = layer.getConfig()[key];
  return typeof value === 'number' ? value : refuse(layer, key);
}

function weight(layer: Layer, name: string): Weight {
  const full = `${layer.name}/${name}`;
  const variable = layer.weights.find((one) => one.originalName === full) ?? refuse(layer, name);
  return { name: full, variable, shape: sidesOf(variable.shape) };
}

function pairOf(layer: Layer, key: string): [number, number] {
  const value: unknown = layer.getConfig()[key];
  if (typeof value === 'number') return [value, value];
  return isPair(value) ? value : refuse(layer, key);
}

function paddingOf(layer: Layer): 'same' | 'valid' {
  const value = layer.getConfig()['padding'];
  return value === 'same' || value === 'valid' ? value : refuse(layer, 'padding');
}

function refuse(layer: Layer, key: string): never {
  throw unsupported(layer, `'${key}' is ${JSON.stringify(layer.getConfig()[key])}`);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number');
}

function sidesOf(shape: readonly unknown[]): number[] {
  return shape.map((side) => (typeof side === 'number' ? side : -1));
}
