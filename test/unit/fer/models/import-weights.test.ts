import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createInference,
  type Engine,
  loadEngine,
  parseSafetensors,
  type StoredTensor,
} from '../../../../src/engine/index.ts';
import {
  disposeModel,
  type ImportReport,
  importWeights,
  loadModel,
} from '../../../../src/fer/models/index.ts';
import { writeHdf5 } from '../../../support/hdf5.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import {
  formulaImages,
  formulaValues,
  maxDifference,
  readReference,
  sizeOf,
} from '../../engine/reference.ts';
import { encodeSafetensors } from '../../engine/safetensors.ts';

type Architecture = 'resnet' | 'mobilenetv2' | 'vgg16';

interface Row {
  readonly k: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bound: number;
  readonly op: 'conv' | 'depthwise' | 'dense' | 'dense_flat' | 'bn';
  readonly torch_name: string;
}
interface Reference {
  readonly tensors: readonly Row[];
  readonly logits_eval: readonly (readonly number[])[];
}
interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const REFERENCES: Readonly<Record<Architecture, Reference>> = {
  resnet: readReference<Reference>('resnet'),
  mobilenetv2: readReference<Reference>('mobilenet'),
  vgg16: readReference<Reference>('vgg16'),
};
const formula = ({ k, shape, offset, bound }: Row): Float32Array =>
  formulaValues(k, sizeOf(shape), offset, bound);

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

/** A tensor as PyTorch stores it, number by number. */
function torchTensor(row: Row): Stored {
  const ours = formula(row);
  const { torch_name: name, shape, op } = row;
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  if (shape.length === 1) return { name, shape, values: ours };
  const values = new Float32Array(ours.length);
  const theirs = {
    conv: [d, c, a, b],
    depthwise: [c, d, a, b],
    dense: [b, a],
    dense_flat: [b, a],
    bn: shape,
  }[op];
  for (const [i, value] of ours.entries()) values[torchIndex(i, row)] = value;
  return { name, shape: theirs, values };
}

/** Where PyTorch has the i-th number of a tensor. */
function torchIndex(i: number, { shape, op }: Row): number {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  if (op === 'dense') return (i % b) * a + Math.floor(i / b);
  if (op === 'dense_flat') {
    // A flattened image is [channels, y, x] there, and [y, x, channels] here.
    const row = Math.floor(i / b);
    return (i % b) * a + (row % 48) * 144 + Math.floor(row / 576) * 12 + (Math.floor(row / 48) % 12);
  }
  const place = Math.floor(i / (c * d));
  const [channel, filter] = [Math.floor(i / d) % c, i % d];
  return (op === 'depthwise' ? channel : filter * c + channel) * a * b + place;
}

function torchFile(
  architecture: Architecture,
  rename: (row: Row) => string = (row) => row.torch_name,
): string {
  const tensors = REFERENCES[architecture].tensors.map((row) => ({ ...torchTensor(row), name: rename(row) }));
  return safetensorsFile(tensors);
}

function safetensorsFile(tensors: readonly Stored[]): string {
  const path = join(temporaryFolder(), 'weights.safetensors');
  writeFileSync(path, encodeSafetensors(Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor]))));
  return path;
}

async function hdf5File(tensors: readonly Stored[]): Promise<string> {
  const path = join(temporaryFolder(), 'weights.h5');
  await writeHdf5(path, tensors);
  return path;
}

/** Compares bytes: an assertion on millions of numbers takes minutes. */
function holds(tensor: StoredTensor | undefined, values: Float32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return tensor !== undefined && bytes(tensor.values()).equals(bytes(values));
}

const importFile = (file: string, architecture: Architecture, out = join(temporaryFolder(), 'model')) =>
  importWeights({ file, architecture, out, device: 'cpu' });

/** The largest difference of the imported model's logits from the true ones. */
async function errorOf({ out, architecture }: ImportReport): Promise<number> {
  const expected = REFERENCES[architecture as Architecture].logits_eval;
  const { model } = await loadModel(engine, out);
  const x = engine.tf.tensor(formulaImages(expected.length), [expected.length, 48, 48, 3]);
  const inference = createInference(engine, model);
  const { logits, embeddings } = inference.run(x);
  const difference = maxDifference(logits.dataSync(), expected);
  engine.tf.dispose([x, logits, embeddings]);
  inference.dispose();
  disposeModel(model);
  return difference;
}

const split = (name: string): [layer: string, part: string] => {
  const parts = name.split('/');
  const part = parts.pop() ?? '';
  return [parts.join('/'), part];
};
const TORCH_PARTS: Readonly<Record<string, string>> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};
/** `block1.conv1.weight` */
const plainTorchName = ({ name }: Row): string => {
  const [layer, part] = split(name);
  return `${layer.replaceAll('/', '.')}.${TORCH_PARTS[part] ?? part}`;
};

/** torchvision.models.mobilenet_v2 as it names an expanding block, one that does not expand, and the ends. */
function torchvisionName({ name }: Row): string {
  const [layer, part] = split(name);
  const [block = '', place = ''] = layer.split('/');
  const first = ['depthwise', 'depthwise_bn', 'project', 'project_bn'];
  const places = block === 'b0' ? ['0.0', '0.1', '1', '2'] : ['0.0', '0.1', '1.0', '1.1', '2', '3'];
  const names = block === 'b0' ? first : ['expand', 'expand_bn', ...first];
  const ends: Record<string, string> = {
    'stem/conv': 'features.0.0',
    'stem/bn': 'features.0.1',
    'head/conv': 'features.7.0',
    'head/bn': 'features.7.1',
    logits: 'classifier.1',
  };
  const module_ =
    ends[layer] ?? `features.${Number(block.slice(1)) + 1}.conv.${places[names.indexOf(place)]}`;
  return `${module_}.${TORCH_PARTS[part] ?? part}`;
}

/** Numbers layers as Keras does when nobody names them. */
function numberedLayers(rows: readonly Row[]): (row: Row) => string {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  const kinds = { conv: 'conv2d', depthwise: 'depthwise_conv2d', dense: 'dense', dense_flat: 'dense' };
  for (const { name, op } of rows) {
    const [layer] = split(name);
    if (names.has(layer)) continue;
    const kind = op === 'bn' ? 'batch_normalization' : kinds[op];
    const n = counts.get(kind) ?? 0;
    counts.set(kind, n + 1);
    names.set(layer, n === 0 ? kind : `${kind}_${n}`);
  }
  return ({ name }) => names.get(split(name)[0]) ?? '';
}

const LIMITS = { resnet: 1e-5, mobilenetv2: 2e-5, vgg16: 2e-5 } as const;

describe.each(['resnet', 'mobilenetv2'] as const)('weights of %s from PyTorch', (architecture) => {
  test.each([
    ["the paper's names", (row: Row) => row.torch_name],
    ['the names of this project', plainTorchName],
    ["the paper's names", (row: Row) => `module.${row.torch_name}`],
  ])('give the true logits, by %s', async (naming, rename) => {
    const before = engine.tf.memory().numTensors;
    const report = await importFile(torchFile(architecture, rename), architecture);
    expect(report).toMatchObject({ format: 'safetensors', layout: 'pytorch', naming, randomLayers: [] });
    expect(report.tensors).toBe(REFERENCES[architecture].tensors.length);
    expect(await errorOf(report)).toBeLessThanOrEqual(LIMITS[architecture]);
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  const net = architecture === 'resnet' ? 'resnet' : 'mobilenet';
  const checkpoint = `../shared/reference/weights/${net}.torch.safetensors`;
  test.skipIf(!existsSync(checkpoint))('are read from a checkpoint that PyTorch wrote', async () => {
    const report = await importFile(checkpoint, architecture);
    expect(await errorOf(report)).toBeLessThanOrEqual(LIMITS[architecture]);
  });
});

test('torchvision’s names of a MobileNetV2 are known', async () => {
  const report = await importFile(torchFile('mobilenetv2', torchvisionName), 'mobilenetv2');
  expect(report.naming).toBe("torchvision's names");
  expect(await errorOf(report)).toBeLessThanOrEqual(2e-5);
});

describe.each(['resnet', 'mobilenetv2'] as const)('weights of %s from Keras', (architecture) => {
  const { tensors: rows } = REFERENCES[architecture];
  const named = (nameOf: (row: Row) => string): Stored[] =>
    rows.map((row) => ({ name: nameOf(row), shape: row.shape, values: formula(row) }));
  const underscored = (row: Row): string => split(row.name)[0].replaceAll('/', '_');
  const partOf = (row: Row): string => split(row.name)[1];

  test.each<[string, (row: Row) => string]>([
    ['a saved model', (row) => `model_weights/${underscored(row)}/net/${underscored(row)}/${partOf(row)}:0`],
    [
      'a saved model whose layers have no names of their own',
      (row) => `model_weights/${numberedLayers(rows)(row)}/net/${numberedLayers(rows)(row)}/${partOf(row)}`,
    ],
    [
      'saved weights of version 3',
      (row) => {
        const order =
          row.op === 'bn' ? ['gamma', 'beta', 'moving_mean', 'moving_variance'] : ['kernel', 'bias'];
        const part = partOf(row).replace('depthwise_', '');
        return `layers/${numberedLayers(rows)(row)}/vars/${order.indexOf(part)}`;
      },
    ],
  ])('give the true logits, as %s', async (_, nameOf) => {
    const report = await importFile(await hdf5File(named(nameOf)), architecture);
    expect(report).toMatchObject({ format: 'hdf5', layout: 'keras' });
    expect(await errorOf(report)).toBeLessThanOrEqual(LIMITS[architecture]);
  });

  test('give the true logits, as safetensors', async () => {
    const report = await importFile(safetensorsFile(named(({ name }) => name)), architecture);
    expect(report).toMatchObject({ format: 'safetensors', layout: 'keras' });
    expect(await errorOf(report)).toBeLessThanOrEqual(LIMITS[architecture]);
  });

  test('are the same after an import of what was saved', async () => {
    const first = await importFile(safetensorsFile(named(({ name }) => name)), architecture);
    const again = await importFile(join(first.out, 'model.safetensors'), architecture);
    const bytes = (folder: string, file: string) => readFileSync(join(folder, file));
    expect(bytes(again.out, 'weights.bin').equals(bytes(first.out, 'weights.bin'))).toBe(true);
    const saved = parseSafetensors(bytes(again.out, 'model.safetensors'), 'model.safetensors');
    expect([...saved].map(([name, { shape }]) => `${name} ${shape}`).sort()).toEqual(
      rows.map(({ name, shape }) => `${name} ${shape}`).sort(),
    );
    for (const row of rows) expect(holds(saved.get(row.name), formula(row)), row.name).toBe(true);
  });
});

describe('weights of VGG16 from Keras', () => {
  const { tensors: rows } = REFERENCES.vgg16;
  const trunk = rows.filter(({ name }) => !name.startsWith('head/'));
  /** The formula takes seconds for so many numbers. */
  const cheap = ({ k, shape }: Row): Float32Array => {
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = k + (i % 999);
    return values;
  };
  const stored = (row: Row, name: string): Stored => ({ name, shape: row.shape, values: cheap(row) });

  test('the file published without top gives the convolutions, and leaves the head random', async () => {
    const path = await hdf5File(
      trunk.map((row) => {
        const [layer, part] = split(row.name);
        return stored(row, `${layer}/${layer}_${part === 'kernel' ? 'W' : 'b'}_1:0`);
      }),
    );
    const report = await importFile(path, 'vgg16');
    expect(report).toMatchObject({ tensors: 26, preprocessing: 'caffe' });
    expect(report.randomLayers).toHaveLength(8);
    const saved = parseSafetensors(readFileSync(join(report.out, 'model.safetensors')), 'model.safetensors');
    for (const row of trunk) expect(holds(saved.get(row.name), cheap(row)), row.name).toBe(true);
  });

  test('the top of ImageNet’s classes is passed over', async () => {
    const top = ['fc1', 'fc2', 'predictions'].map((layer) => ({
      name: `${layer}/${layer}/kernel:0`,
      shape: [2, 3],
      values: new Float32Array(6),
    }));
    const convolutions = trunk.map((row) => stored(row, `${split(row.name)[0]}/${row.name}:0`));
    const report = await importFile(await hdf5File([...convolutions, ...top]), 'vgg16');
    expect(report.tensors).toBe(26);
  });

  test('a whole transfer model with its head gives the true logits', async () => {
    const numbered = numberedLayers(rows.filter(({ name }) => name.startsWith('head/')));
    const path = await hdf5File(
      rows.map((row) => {
        const [layer, part] = split(row.name);
        const below = layer.startsWith('head/') ? numbered(row) : `vgg16/${layer}`;
        return { ...stored(row, `model_weights/${below}/${part}`), values: formula(row) };
      }),
    );
    const report = await importFile(path, 'vgg16');
    expect(report).toMatchObject({ tensors: rows.length, randomLayers: [] });
    expect(await errorOf(report)).toBeLessThanOrEqual(LIMITS.vgg16);
  });
});

describe('a file that does not fit', () => {
  const tensors = REFERENCES.resnet.tensors.map(torchTensor);
  const refused = async (file: string, architecture: Architecture) => {
    const out = join(temporaryFolder(), 'model');
    const error = await importFile(file, architecture, out).catch((thrown: unknown) => thrown);
    expect(existsSync(out)).toBe(false);
    return error;
  };

  test('is answered with every name and shape that is wrong, and nothing is written', async () => {
    const changed = tensors
      .filter(({ name }) => name !== 'block1.0.bias')
      .map((tensor) => (tensor.name === 'fc.3.weight' ? { ...tensor, shape: [64, 7] } : tensor));
    const extra = { name: 'block3.0.weight', shape: [2], values: new Float32Array(2) };
    const count = { name: 'block1.1.num_batches_tracked', shape: [], values: new Float32Array(1) };
    const file = safetensorsFile([...changed, extra, count]);
    expect(await refused(file, 'resnet')).toMatchObject({
      code: 'BAD_WEIGHTS',
      message: [
        `${file} does not fit resnet (by the paper's names):`,
        '  missing: block1.0.bias [24]',
        '  other shape: fc.3.weight should be [7, 64] and is [64, 7]',
        '  unknown: block3.0.weight [2]',
      ].join('\n'),
    });
  });

  test.each([Number.NaN, Number.NEGATIVE_INFINITY])('is refused for a weight that is %s', async (value) => {
    const changed = tensors.map((tensor) =>
      tensor.name === 'fc.3.bias' ? { ...tensor, values: tensor.values.with(3, value) } : tensor,
    );
    expect(await refused(safetensorsFile(changed), 'resnet')).toMatchObject({
      code: 'BAD_WEIGHTS',
      message: expect.stringMatching(new RegExp(`\\n {2}no finite float32: fc\\.3\\.bias holds ${value}$`)),
    });
  });

  test('is told which net it fits', async () => {
    const error = await refused(safetensorsFile(tensors), 'mobilenetv2');
    expect(error).toMatchObject({ code: 'BAD_WEIGHTS', hint: 'It fits resnet: --model resnet' });
    const lines = String(error).split('\n').slice(1);
    expect(lines).toHaveLength(97 + 32);
    expect(lines[0]).toBe('  missing: init_conv.0.weight [32, 3, 3, 3]');
    expect(lines).toContain('  unknown: fc.0.weight [64, 6912]');
  });

  test('is refused when it is missing, of another kind, or a ZIP archive', async () => {
    const folder = temporaryFolder();
    expect(await refused(join(folder, 'none.h5'), 'resnet')).toMatchObject({ code: 'DATA_MISSING' });
    writeFileSync(join(folder, 'text.h5'), 'hello');
    expect(await refused(join(folder, 'text.h5'), 'resnet')).toMatchObject({ code: 'BAD_WEIGHTS' });
    writeFileSync(join(folder, 'a.pth'), 'PK\x03\x04 and more');
    expect(await refused(join(folder, 'a.pth'), 'resnet')).toMatchObject({
      code: 'BAD_WEIGHTS',
      hint: expect.stringContaining('safetensors.torch.save_file'),
    });
    expect(await refused(folder, 'resnet')).toMatchObject({ code: 'BAD_WEIGHTS' });
  });
});
