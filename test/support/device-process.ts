// Trains a small net on the device that the first argument names, and prints all numbers as JSON: for comparing
// devices, of which a process has only one.
import { type DeviceRequest, loadEngine } from '../../src/engine/index.ts';
import { engineFacts } from '../../src/fer/engine-facts.ts';
import { trainSmallNet } from './small-net.ts';

const engine = await loadEngine({ device: process.argv[2] as DeviceRequest, threads: 1 });
const result = {
  facts: engineFacts(engine),
  ...trainSmallNet(engine),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
