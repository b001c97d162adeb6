import type { Engine, SymbolicTensor } from '../../engine/index.ts';
import { batchNorm, chain, connect, conv, relu } from './layers.ts';

/** The bottleneck of squeeze and excitation has an eighth of the channels. */
const REDUCTION = 8;

/** Two convolutions beside the identity. */
export function residualBlock(
  engine: Engine,
  input: SymbolicTensor,
  name: string,
  filters: number,
): SymbolicTensor {
  const branch = chain(engine, input, [
    ...unit(engine, `${name}/a`, filters),
    ...unit(engine, `${name}/b`, filters).slice(0, 2),
  ]);
  return joined(engine, name, input, branch);
}

/** One convolution beside the identity, each of its maps scaled by a factor that all of them decide. */
export function squeezeBlock(
  engine: Engine,
  input: SymbolicTensor,
  name: string,
  filters: number,
): SymbolicTensor {
  const { layers } = engine.tf;
  const branch = chain(engine, input, unit(engine, `${name}/a`, filters).slice(0, 2));
  const factors = chain(engine, branch, [
    globalAverage(engine, `${name}/squeeze`),
    excitation(engine, `${name}/reduce`, filters / REDUCTION, 'relu'),
    excitation(engine, `${name}/excite`, filters, 'sigmoid'),
    layers.reshape({ targetShape: [1, 1, filters], name: `${name}/factors` }),
  ]);
  const scaled = connect(engine, layers.multiply({ name: `${name}/scale` }), [branch, factors]);
  return joined(engine, name, input, scaled);
}

function joined(engine: Engine, name: string, input: SymbolicTensor, branch: SymbolicTensor): SymbolicTensor {
  const sum = connect(engine, engine.tf.layers.add({ name: `${name}/add` }), [input, branch]);
  return chain(engine, sum, [relu(engine, `${name}/relu`)]);
}

/** Convolution, batch norm, ReLU. */
export function unit(engine: Engine, name: string, filters: number) {
  return [
    conv(engine, { name: `${name}/conv`, filters, kernelSize: 3, useBias: false }),
    batchNorm(engine, `${name}/bn`),
    relu(engine, `${name}/relu`),
  ];
}

function excitation(engine: Engine, name: string, units: number, activation: 'relu' | 'sigmoid') {
  return engine.tf.layers.dense({ units, activation, kernelInitializer: 'zeros', name });
}

export function pool(engine: Engine, name: string) {
  return engine.tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: `${name}/pool` });
}

export function globalAverage(engine: Engine, name: string) {
  return engine.tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast', name });
}
