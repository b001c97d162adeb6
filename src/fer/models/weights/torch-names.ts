import { unreachable } from '../../../kit/index.ts';
import type { Architecture } from '../../params/index.ts';
import type { Target } from './targets.ts';

/** One way in which PyTorch modules of a net are named. */
export interface TorchNaming {
  /** In words, for messages. */
  readonly label: string;
  /** The name of a tensor in the state dict. */
  readonly nameOf: (target: Target) => string;
}

/** The ways that are known; the paper's own code first. None for VGG16, whose PyTorch weights expect other images. */
export function torchNamings(architecture: Architecture, targets: readonly Target[]): readonly TorchNaming[] {
  const layers = new Set(targets.map(({ layer }) => layer));
  const plain = naming('the names of this project', (layer) => layer.replaceAll('/', '.'));
  switch (architecture) {
    case 'resnet':
      return [naming("the paper's names", (layer) => RESNET[layer] ?? layer), plain];
    case 'mobilenetv2':
      return [
        naming("the paper's names", (layer) => paperMobileNet(layer, layers)),
        naming("torchvision's names", (layer) => torchvisionMobileNet(layer, layers)),
        plain,
      ];
    case 'se-resnet':
    case 'se-resnet-wide':
    case 'se-resnet-deep':
      return [plain];
    case 'vgg16':
      return [];
    default:
      return unreachable(architecture);
  }
}

/** `nn.Sequential` numbers its members; activations count. */
const RESNET: Readonly<Record<string, string>> = {
  'block1/conv1': 'block1.0',
  'block1/bn1': 'block1.1',
  'block1/conv2': 'block1.3',
  'block1/bn2': 'block1.4',
  'block1/shortcut': 'shortcut1',
  'block2/conv1': 'block2.0',
  'block2/bn1': 'block2.1',
  'block2/conv2': 'block2.3',
  'block2/bn2': 'block2.4',
  'block2/shortcut': 'shortcut2',
  dense1: 'fc.0',
  logits: 'fc.3',
};

const PAPER_ENDS: Readonly<Record<string, string>> = {
  'stem/conv': 'init_conv.0',
  'stem/bn': 'init_conv.1',
  'head/conv': 'last_conv.0',
  'head/bn': 'last_conv.1',
  logits: 'classifier',
};

/** Places in the `nn.Sequential` of an inverted bottleneck; one that does not expand lacks the first three. */
const PAPER_PLACES: Readonly<Record<string, number>> = {
  expand: 0,
  expand_bn: 1,
  depthwise: 3,
  depthwise_bn: 4,
  project: 6,
  project_bn: 7,
};

function paperMobileNet(layer: string, layers: ReadonlySet<string>): string {
  const [block = '', part = ''] = layer.split('/');
  const place = PAPER_PLACES[part];
  if (place === undefined) return PAPER_ENDS[layer] ?? layer;
  const offset = layers.has(`${block}/expand`) ? 0 : 3;
  return `bottlenecks.${block.slice(1)}.block.${place - offset}`;
}

/** torchvision.models.MobileNetV2: convolution, batch norm and ReLU6 are one member of a block, but for the last. */
const TORCHVISION_PLACES: Readonly<Record<string, readonly [number, ...number[]]>> = {
  expand: [0, 0],
  expand_bn: [0, 1],
  depthwise: [1, 0],
  depthwise_bn: [1, 1],
  project: [2],
  project_bn: [3],
};

function torchvisionMobileNet(layer: string, layers: ReadonlySet<string>): string {
  const [block = '', part = ''] = layer.split('/');
  const blocks = [...layers].filter((name) => name.endsWith('/depthwise')).length;
  const index = part === 'bn' ? 1 : 0;
  if (block === 'stem') return `features.0.${index}`;
  if (block === 'head') return `features.${blocks + 1}.${index}`;
  const place = TORCHVISION_PLACES[part];
  if (place === undefined) return 'classifier.1';
  const [member, ...rest] = place;
  const offset = layers.has(`${block}/expand`) ? 0 : 1;
  return [`features.${Number(block.slice(1)) + 1}.conv.${member - offset}`, ...rest].join('.');
}

const PARTS: Readonly<Record<string, string>> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

function naming(label: string, layerName: (layer: string) => string): TorchNaming {
  return { label, nameOf: ({ layer, part }) => `${layerName(layer)}.${PARTS[part] ?? part}` };
}
