import { FermentError } from '../../kit/index.ts';
import { ARCHITECTURES, type Architecture, CLASSES } from '../params/index.ts';
import type { ParameterCounts } from './count.ts';
import { PREPROCESSINGS, type Preprocessing } from './preprocessing.ts';

/** What a saved model says about itself, in `model-info.json`. */
export interface ModelInfo {
  readonly architecture: Architecture;
  readonly preprocessing: Preprocessing;
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  readonly parameters: ParameterCounts;
  /** Epochs whose training is in the weights. */
  readonly epochs: number;
  /** Optimizer steps whose training is in the weights. */
  readonly steps: number;
  readonly seed: number;
  /** The whole configuration of the training. */
  readonly params: Readonly<Record<string, unknown>>;
  /** By what the logits are divided before they are called probabilities; left out, by nothing. */
  readonly temperature?: number;
}

/**
 * Checks what was read from a `model-info.json`. Throws BAD_WEIGHTS that names the file and the first field that is
 * missing or wrong.
 */
export function parseModelInfo(value: unknown, path: string): ModelInfo {
  const record = asRecord(value);
  const refuse = (field: string, expected: string): never => {
    throw new FermentError(
      'BAD_WEIGHTS',
      `${path}: '${field}' should be ${expected}. Received: ${JSON.stringify(record?.[field])}.`,
      { hint: 'The file comes with the model; train it again, or take the folder whole.' },
    );
  };
  const choice = <T extends string>(field: string, choices: readonly T[]): T =>
    choices.find((one) => one === record?.[field]) ?? refuse(field, `one of ${choices.join(', ')}`);
  const count = (from: Readonly<Record<string, unknown>> | undefined, field: string): number => {
    const number = from?.[field];
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
    return refuse(field, 'an integer, 0 or more');
  };
  const classes = record?.['classes'];
  const temperature = record?.['temperature'];
  if (temperature !== undefined && !isPositive(temperature)) return refuse('temperature', 'a number above 0');
  const parameters = asRecord(record?.['parameters']);
  return {
    architecture: choice('architecture', ARCHITECTURES),
    preprocessing: choice('preprocessing', PREPROCESSINGS),
    classes: isClassList(classes)
      ? classes
      : refuse('classes', `a list of ${CLASSES.length} different names`),
    parameters: {
      learnable: count(parameters, 'learnable'),
      moving: count(parameters, 'moving'),
      trainable: count(parameters, 'trainable'),
    },
    epochs: count(record, 'epochs'),
    steps: count(record, 'steps'),
    seed: count(record, 'seed'),
    params: asRecord(record?.['params']) ?? refuse('params', 'a mapping'),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** A name for each logit. With fewer the rows of the logits would be cut at wrong places. */
function isClassList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return false;
  return value.length === CLASSES.length && new Set(value).size === value.length;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value);
}
