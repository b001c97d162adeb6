import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, type Contestant, defineBench } from '../runner/bench.ts';
import { measuredIn, measuringItself, tsxCommand } from '../runner/said.ts';
import { setAside } from '../runner/scratch.ts';
import { writeSplit } from './split.ts';

const NETS = { resnet: 'ResNet', mobilenetv2: 'MobileNetV2' } as const;
const THREADS = [2, 1] as const;
const BATCH = 64;
/** One of each class: their scoring stays in the epoch, seven images beside thousands. */
const VALIDATION = 7;

interface Work {
  readonly net: keyof typeof NETS;
  readonly threads: number;
  readonly count: number;
  /** How long the bare step is measured in one round, after it has warmed up. */
  readonly seconds?: string;
}

/** A whole epoch of training on `count` images beside the bare step on numbers in memory, as often. */
export function epochBenches(count = 2048): readonly Bench[] {
  const nets = Object.keys(NETS) as readonly Work['net'][];
  return nets.flatMap((net) => THREADS.map((threads) => epochBench({ net, threads, count })));
}

/** A bench of one net. */
export function epochBench(work: Work): Bench {
  const { net, threads, count } = work;
  const name = threads === 1 ? '1 thread' : `${threads} threads`;
  return defineBench({
    id: `epoch-${net}-${name.replace(' ', '-')}`,
    part: `A whole epoch: ${count.toLocaleString('en')} images in batches of ${BATCH}, from packed arrays on disk to weights on disk, beside the bare step`,
    title: `${NETS[net]}, ${name}`,
    goalRatios: { 'bare-step': 0.9 },
    images: count,
    rounds: 5,
    contestants: [wholeEpoch(work), bareStep(work)],
  });
}

function wholeEpoch({ net, threads, count }: Work): Contestant {
  const measuring = measuringItself('ferment', tsxCommand(here('ours.ts'), net, String(threads)));
  return {
    ...measuring,
    setUp: (folder) => {
      writeSplit(join(folder, 'train'), count, 1);
      writeSplit(join(folder, 'validation'), VALIDATION, 2);
    },
    // A checkpoint that is there would be taken up, and nothing trained.
    reset: (folder) => setAside(join(folder, 'out')),
    check: async (folder, output) => {
      await measuring.check(folder, output);
      for (const name of ['checkpoint/training.ckpt', 'model/model.safetensors'])
        if (!existsSync(join(folder, 'out', name))) throw new Error(`The training left no ${name}`);
    },
  };
}

function bareStep({ net, threads, count, seconds = '8' }: Work): Contestant {
  const command = tsxCommand(here('../engine/ours.ts'), net, 'train', seconds, String(threads));
  return {
    ...measuringItself('bare-step', command),
    measured: (output) => {
      const { wallSeconds, cpuSeconds } = measuredIn(output);
      const steps = count / BATCH;
      return { wallSeconds: wallSeconds * steps, cpuSeconds: cpuSeconds * steps };
    },
  };
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
