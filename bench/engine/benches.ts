import { fileURLToPath } from 'node:url';
import { type Bench, defineBench, type Tool } from '../runner/bench.ts';
import { measuringItself, tsxCommand } from '../runner/said.ts';
import type { FoundTool } from '../runner/tools.ts';

const NETS = { resnet: 'ResNet', mobilenetv2: 'MobileNetV2', vgg16: 'VGG16, 12 layers frozen' } as const;
type Net = keyof typeof NETS;
type Mode = 'train' | 'train-bfloat16' | 'predict';

const MODES: Readonly<Record<Mode, string>> = {
  train: 'training step',
  'train-bfloat16': 'training step with products in bfloat16, the peers’ too',
  predict: 'prediction',
};
/** What was aimed at; a net has no row for a mode without a goal. */
const GOALS: Readonly<Record<Net, Partial<Readonly<Record<Mode, string>>>>> = {
  resnet: {
    train: 'Keras 1.25×, PyTorch 1.35×, 800 MB',
    'train-bfloat16': 'the better peer 1×',
    predict: 'the better peer 1×',
  },
  mobilenetv2: {
    train: 'Keras 2×, PyTorch 2.4×, 1,500 MB',
    'train-bfloat16': 'the better peer 1×',
    predict: 'the better peer 1×',
  },
  vgg16: { train: 'Keras 1×', predict: 'the better peer 1×' },
};
const PEERS: readonly Tool[] = ['keras', 'torch', 'torch-channels-last'];
const BATCH = 64;
/** How long each of them measures in one round, after it has warmed up. */
const SECONDS = '5';

/** Training steps and predictions of the study's nets on 2 threads, beside Keras and PyTorch. */
export function engineBenches(tools: ReadonlyMap<Tool, FoundTool>): readonly Bench[] {
  const nets = Object.keys(NETS) as readonly Net[];
  const modes = Object.keys(MODES) as readonly Mode[];
  return nets.flatMap((net) =>
    modes.flatMap((mode) => {
      const goal = GOALS[net][mode];
      return goal === undefined ? [] : [engineBench(tools, net, mode, goal)];
    }),
  );
}

function engineBench(tools: ReadonlyMap<Tool, FoundTool>, net: Net, mode: Mode, goal: string): Bench {
  const peers = PEERS.flatMap((tool) => tools.get(tool) ?? []);
  return defineBench({
    id: `engine-${net}-${mode}`,
    part: 'Training and prediction: one batch of 64 images of 48x48x3 on 2 threads, in a warm process',
    title: `${NETS[net]}, ${MODES[mode]}`,
    goal,
    images: BATCH,
    rounds: 5,
    contestants: [
      measuringItself('ferment', tsxCommand(here('ours.ts'), net, mode, SECONDS)),
      ...peers.map(({ tool, file }) =>
        measuringItself(tool, { file, args: [here('peer.py'), tool, net, mode, SECONDS] }),
      ),
    ],
  });
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
