/**
 * ours.ts NET THREADS: trains a net for two epochs on the packed splits train and validation of the working folder, as
 * stage `train` does, and prints as JSON what the second one took: reading the arrays, augmentation, steps, scoring
 * validation, the checkpoint with the weights. The first epoch warms up.
 */
import { loadEngine } from '../../src/engine/index.ts';
import { type CompactTraining, sweepTraining, trainCompactNet } from '../../src/fer/index.ts';
import { ONLINE } from '../augmentation/changes.ts';

type Net = CompactTraining['architecture'] & ('resnet' | 'mobilenetv2');

const [net, threads] = process.argv.slice(2);
// One engine for the process: the training takes it as it is.
await loadEngine({ device: 'cpu', threads: Number(threads) });
console.log(JSON.stringify(await secondEpoch(trainingOf(net as Net))));

/** The paper's training; the net and its optimizer are those of the bare step in ../engine/ours.ts. */
function trainingOf(architecture: Net): CompactTraining {
  const configuration = {
    architecture,
    optimizer: 'adam',
    learningRate: 0.001,
    dropout: 0.15,
    weightDecay: 0,
  } as const;
  return sweepTraining(architecture, {
    seed: 1,
    training: {
      batchSize: 64,
      labelSmoothing: 0,
      classWeightPower: 0,
      precision: 'float32',
      preprocessing: 'centered',
      augmentation: ONLINE,
    },
    sweep: { epochs: 2, trainLimit: null, configs: { [architecture]: configuration } },
  });
}

async function secondEpoch(training: CompactTraining) {
  const places = { train: 'train', validation: 'validation' };
  const outs = { model: 'out/model', history: 'out/history.csv', checkpoint: 'out/checkpoint' };
  const start = performance.now();
  let reading = 0;
  let cpu = process.cpuUsage();
  const run = await trainCompactNet(
    training,
    { ...places, ...outs },
    {
      device: 'cpu',
      // Called when the splits are read, and before anything is computed.
      onEngine: () => {
        reading = (performance.now() - start) / 1000;
      },
      onProgress: ({ done, total }) => {
        if (done === total / 2) cpu = process.cpuUsage();
        else if (done === total) cpu = process.cpuUsage(cpu);
      },
    },
  );
  const epoch = run.record.secondsPerEpoch[1] ?? Number.NaN;
  return {
    wallSeconds: reading + epoch,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    figures: { 'seconds of reading': reading },
  };
}
