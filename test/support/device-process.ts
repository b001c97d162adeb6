// Trains a small net on the device that the first argument names, and prints all numbers as JSON: for comparing
// devices, of which a process has only one.
import { type DeviceRequest, loadEngine } from '../../src/engine/index.ts';
import { engineFacts } from '../../src/fer/engine-facts.ts';
import { buildModel } from '../../src/fer/models/index.ts';
import { digestOf, digestOfJson } from '../../src/kit/index.ts';
import { trainSmallNet } from './small-net.ts';

const engine = await loadEngine({ device: process.argv[2] as DeviceRequest, threads: 1 });
const resnet = buildModel(engine, { architecture: 'resnet', dropout: 0.15, seed: 7 });
const first = resnet.layers.flatMap((layer) => layer.weights).map((variable) => variable.read().dataSync());
const result = {
  firstWeights: digestOfJson(
    first.map((values) => digestOf(Buffer.from(values.buffer, values.byteOffset, values.byteLength))),
  ),
  facts: engineFacts(engine),
  ...trainSmallNet(engine),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
