import { trainCompactNet } from '../../../../src/fer/training/runs/compact-net.ts';
import { placesIn, tinyCompactTraining } from './tiny-data.ts';

// A training in a process of its own, to be killed: `train-child.ts DATA OUT [LINE]`. Prints one line a step, and
// stands still after LINE.
const [data = '', out = '', last] = process.argv.slice(2);

function report(line: string): void {
  process.stdout.write(`${line}\n`);
  if (line === last) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const run = await trainCompactNet(tinyCompactTraining, placesIn(data, out), {
  device: 'cpu',
  onProgress: ({ text, done }) => report(`${text}: ${done}`),
  onWarning: (text) => report(`warning: ${text}`),
});
report(JSON.stringify(run.metrics));
report(`resumed after ${run.record.resumedAfterEpoch}`);
