import type { StoredTensor } from '../../../engine/index.ts';
import { escapeControl, FermentError, isFermentError } from '../../../kit/index.ts';
import type { Architecture } from '../../params/index.ts';
import { findKerasTensors } from './keras-names.ts';
import type { Target } from './targets.ts';
import { fromTorch, torchShape } from './torch-layout.ts';
import { torchNamings } from './torch-names.ts';

export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** Weights of a file in the layout of the model, ready to be written into it. */
export interface FittedWeights {
  readonly layout: 'keras' | 'pytorch';
  /** Whose names they had there, in words. */
  readonly naming: string;
  readonly values: ReadonlyMap<Target, Float32Array<ArrayBuffer>>;
}

/** Everything in which a file and a model differ. */
export interface Misfit {
  readonly naming: string;
  /** Lines for people, the whole list. */
  readonly problems: readonly string[];
  /** Tensors of the model that the file has, whatever their shape. */
  readonly found: number;
}

export interface FitOptions {
  readonly architecture: Architecture;
  readonly targets: readonly Target[];
  /** Tensors that may be in the file although the model has none like them. */
  readonly isSpare?: (name: string) => boolean;
}

/** A way to read a file: what it calls each tensor of the model, and in which layout. */
interface Reading {
  readonly layout: FittedWeights['layout'];
  readonly naming: string;
  readonly names: ReadonlyMap<Target, string>;
  readonly nameOf: (target: Target) => string;
}

/**
 * Finds all of a model's tensors in a file, by the names of Keras or of PyTorch, and converts them. A file fits when
 * every tensor is there in its shape, and nothing else is.
 */
export function fitWeights(stored: StoredTensors, options: FitOptions): FittedWeights | Misfit {
  const reading = bestReading(stored, options);
  const { layout, naming, names } = reading;
  const values = new Map<Target, Float32Array<ArrayBuffer>>();
  const problems: string[] = [];
  for (const target of options.targets) {
    const numbers = numbersFor(target, stored, reading);
    if (typeof numbers === 'string') problems.push(numbers);
    else values.set(target, numbers);
  }
  const used = new Set(names.values());
  for (const [name, { shape }] of stored) {
    const isKnown = used.has(name) || isBookkeeping(name) || options.isSpare?.(name) === true;
    if (!isKnown) problems.push(`unknown: ${escapeControl(name)} ${shapeText(shape)}`);
  }
  return problems.length === 0 ? { layout, naming, values } : { naming, problems, found: names.size };
}

/** A tensor's numbers in the layout of the model, or a line that says why there are none. */
function numbersFor(
  target: Target,
  stored: StoredTensors,
  { layout, names, nameOf }: Reading,
): Float32Array<ArrayBuffer> | string {
  const isTorch = layout === 'pytorch';
  const shape = isTorch ? torchShape(target) : target.shape;
  const name = names.get(target);
  const tensor = name === undefined ? undefined : stored.get(name);
  if (name === undefined || tensor === undefined) return `missing: ${nameOf(target)} ${shapeText(shape)}`;
  if (tensor.shape.join() !== shape.join())
    return `other shape: ${escapeControl(name)} should be ${shapeText(shape)} and is ${shapeText(tensor.shape)}`;
  try {
    const values = tensor.values();
    const odd = values.find((value) => !Number.isFinite(value));
    // One of them makes every answer of the model not-a-number. Float64 beyond float32 comes as infinity.
    if (odd !== undefined) return `no finite float32: ${escapeControl(name)} holds ${odd}`;
    return isTorch ? fromTorch(values, target) : values;
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return `other type: ${escapeControl(error.message)}`;
  }
}

export function isMisfit(result: FittedWeights | Misfit): result is Misfit {
  return 'problems' in result;
}

/** The error for a file that fits in no way: one message with every problem. */
export function misfitError(
  path: string,
  architecture: Architecture,
  misfit: Misfit,
  hint?: string,
): FermentError {
  const { naming, problems, found } = misfit;
  const how = found === 0 ? 'none of its names is known' : `by ${naming}`;
  return new FermentError(
    'BAD_WEIGHTS',
    `${path} does not fit ${architecture} (${how}):\n${problems.map((line) => `  ${line}`).join('\n')}`,
    { hint },
  );
}

/** The reading that finds most; of equals the first. */
function bestReading(stored: StoredTensors, { architecture, targets }: FitOptions): Reading {
  const shapeOf = (name: string): readonly number[] => stored.get(name)?.shape ?? [];
  const keras: Reading = {
    layout: 'keras',
    naming: "Keras' names",
    names: findKerasTensors(
      [...stored.keys()].filter((name) => !isBookkeeping(name)),
      shapeOf,
      targets,
    ),
    nameOf: ({ name }) => name,
  };
  const torch = torchNamings(architecture, targets).map(({ label, nameOf }): Reading => {
    const { names, prefix } = findByName(stored, targets, nameOf);
    return { layout: 'pytorch', naming: label, names, nameOf: (target) => prefix + nameOf(target) };
  });
  // Of a file without any known name, what was expected is said in the words of the library that it seems to be from.
  const isTorchs = [...stored.keys()].some((name) => name.endsWith('.weight'));
  const readings = isTorchs ? [...torch, keras] : [keras, ...torch];
  return readings.reduce(
    (best, one) => (one.names.size > best.names.size ? one : best),
    readings[0] ?? keras,
  );
}

/** Tensors by their exact names, below whatever prefix most of them have (`module.`, `model.`). */
function findByName(
  stored: StoredTensors,
  targets: readonly Target[],
  nameOf: (target: Target) => string,
): { readonly names: ReadonlyMap<Target, string>; readonly prefix: string } {
  const wanted = targets.map(nameOf);
  const votes = new Map<string, number>();
  for (const name of stored.keys()) {
    for (const end of wanted) {
      const prefix = name.slice(0, name.length - end.length);
      if (name.endsWith(end) && /^$|\.$/.test(prefix)) votes.set(prefix, (votes.get(prefix) ?? 0) + 1);
    }
  }
  const [prefix] = [...votes].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0]);
  const pairs = targets.map((target) => [target, prefix + nameOf(target)] as const);
  return { names: new Map(pairs.filter(([, name]) => stored.has(name))), prefix };
}

/** What files hold beside weights: PyTorch's count of batches, an optimizer's moments, states of random generators. */
function isBookkeeping(name: string): boolean {
  return /(^|[/.])(num_batches_tracked$|optimizer(_weights)?[/.]|seed_generator)/.test(name);
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
