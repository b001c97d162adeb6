import { compareBytes } from '../../../kit/index.ts';
import type { Target } from './targets.ts';

/** A layer as a Keras file has it. */
interface FileLayer {
  /** The groups above its tensors: `model_weights`, `block1_conv1`, `block1_conv1`. */
  readonly path: readonly string[];
  /** Part to the tensor's name in the file. */
  readonly parts: Map<string, string>;
}

type LayerTargets = readonly Target[];

/**
 * Finds a model's tensors in a file with Keras' names: from tensor to name in the file, for those that are there.
 * A layer is known by its name, whatever groups are above it and however they are separated (`block1/conv1/kernel`,
 * `/model_weights/block1_conv1/block1_conv1/kernel:0`, `/layers/block1_conv1/vars/0`), or by the number that Keras
 * gives to unnamed layers (`conv2d_3`): of those with equal shapes the first is the first of the model.
 */
export function findKerasTensors(
  names: Iterable<string>,
  shapeOf: (name: string) => readonly number[],
  targets: readonly Target[],
): ReadonlyMap<Target, string> {
  const free = new Set(fileLayers(names));
  const wanted = new Map<string, Target[]>();
  for (const target of targets) append(wanted, target.layer, target);
  const found = new Map<Target, string>();
  for (const [layer, parts] of wanted) {
    const match = [...free].find(({ path }) => isNamed(path, layer.replaceAll('/', '_')));
    if (match === undefined) continue;
    free.delete(match);
    wanted.delete(layer);
    take(match, parts, found);
  }
  matchNumbered([...free], [...wanted.values()], shapeOf, found);
  return found;
}

function take(layer: FileLayer, targets: LayerTargets, found: Map<Target, string>): void {
  for (const target of targets) {
    const name = layer.parts.get(commonPart(target.part));
    if (name !== undefined) found.set(target, name);
  }
}

/** Keras calls the depthwise kernel a plain `kernel` from version 3 on. */
function commonPart(part: string): string {
  return part === 'depthwise_kernel' ? 'kernel' : part;
}

const PARTS: ReadonlySet<string> = new Set([
  'kernel',
  'bias',
  'gamma',
  'beta',
  'moving_mean',
  'moving_variance',
]);

function fileLayers(names: Iterable<string>): readonly FileLayer[] {
  const layers = new Map<string, FileLayer>();
  for (const name of [...names].sort(compareBytes)) {
    const place = placeOf(name);
    if (place === undefined) continue;
    const { path, part } = place;
    const key = path.join('/');
    const layer = layers.get(key) ?? { path, parts: new Map<string, string>() };
    layer.parts.set(part, name);
    layers.set(key, layer);
  }
  return [...layers.values()];
}

/** Splits a tensor's name; undefined when it is no part of a layer. */
function placeOf(name: string): { readonly path: readonly string[]; readonly part: string } | undefined {
  const path = name
    .replace(/:\d+$/, '')
    .split(/[/.]/)
    .filter((word) => word !== '');
  const last = path.pop() ?? '';
  const part = commonPart(last);
  if (PARTS.has(part)) return { path, part };
  // Keras 1 and the files published with it: block1_conv1_W_1, block1_conv1_b_1.
  const [, letter] = /_([Wb])(?:_\d+)?$/.exec(last) ?? [];
  if (letter !== undefined) return { path, part: letter === 'W' ? 'kernel' : 'bias' };
  // Keras 3's .weights.h5 numbers the variables of a layer.
  if (path.at(-1) !== 'vars' || !/^\d+$/.test(last)) return undefined;
  path.pop();
  const order = /^batch_normalization|(^|_)bn\d*$/.test(path.at(-1) ?? '') ? BATCH_NORM_PARTS : LAYER_PARTS;
  const numbered = order[Number(last)];
  return numbered === undefined ? undefined : { path, part: numbered };
}

const LAYER_PARTS = ['kernel', 'bias'];
const BATCH_NORM_PARTS = ['gamma', 'beta', 'moving_mean', 'moving_variance'];

/** Whether a path ends with a name, or has it as one of its groups. */
function isNamed(path: readonly string[], layer: string): boolean {
  return path.includes(layer) || path.some((_, i) => path.slice(i).join('_') === layer);
}

/** Names that Keras gives itself, and the number in them: `conv2d`, `conv2d_1`. */
const NUMBERED = /^(conv2d|depthwise_conv2d|dense|batch_normalization)(?:_(\d+))?$/;

/** Layers of equal shapes, first to first; where there are more or fewer than the model has, none is known. */
function matchNumbered(
  free: readonly FileLayer[],
  wanted: readonly LayerTargets[],
  shapeOf: (name: string) => readonly number[],
  found: Map<Target, string>,
): void {
  const ours = new Map<string, LayerTargets[]>();
  for (const targets of wanted)
    append(ours, signature(targets.map(({ part, shape }) => [commonPart(part), shape])), targets);
  const theirs = new Map<string, FileLayer[]>();
  const numbered = free.filter(({ path }) => NUMBERED.test(path.at(-1) ?? ''));
  for (const layer of numbered.sort((a, b) => numberOf(a) - numberOf(b)))
    append(theirs, signature([...layer.parts].map(([part, name]) => [part, shapeOf(name)])), layer);
  for (const [shapes, layers] of ours) {
    const matches = theirs.get(shapes) ?? [];
    if (matches.length !== layers.length) continue;
    for (const [i, match] of matches.entries()) take(match, layers[i] ?? [], found);
  }
}

function numberOf({ path }: FileLayer): number {
  return Number(NUMBERED.exec(path.at(-1) ?? '')?.[2] ?? 0);
}

function signature(parts: readonly (readonly [string, readonly number[]])[]): string {
  return parts
    .map(([part, shape]) => `${part} ${shape.join('x')}`)
    .sort(compareBytes)
    .join(', ');
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
