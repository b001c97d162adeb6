import { readFileSync } from 'node:fs';
import { didYouMean, FermentError, messageOf } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';
import type { CompactTraining } from '../runs/compact-net.ts';
import type { SelectedValues, Selection } from './select.ts';

/**
 * The final training of this name: its params, with the selection's value wherever they say "selected".
 * Throws BAD_PARAMS for a name that `train` does not have, for "selected" without a selection, and for two kinds of
 * teaching; DATA_DAMAGED when the selection file is not one of this architecture.
 */
export function finalTraining(
  name: string,
  { train, training, seed: seedOfAll }: Pick<Params, 'train' | 'training' | 'seed'>,
  selectionPath: string | undefined,
): CompactTraining {
  const final = Object.hasOwn(train, name) ? train[name] : undefined;
  if (final === undefined) {
    throw new FermentError('BAD_PARAMS', `The parameters have no train.${name}.`, {
      hint: didYouMean(name, Object.keys(train)),
    });
  }
  const {
    selection: _,
    targets,
    teachers,
    targetShare,
    mixup,
    architecture,
    seed,
    optimizer,
    ...rest
  } = final;
  const { learningRate, dropout, weightDecay, ...plan } = rest;
  if (targets !== null && teachers !== null)
    throw new FermentError(
      'BAD_PARAMS',
      `train.${name} can be taught by targets or by teachers. Received: both.`,
    );
  const selected = selectedValues({ name, architecture }, selectionPath);
  return {
    ...plan,
    ...(targets === null && teachers === null ? {} : { targetShare }),
    ...(mixup.alpha === 0 ? {} : { mixup }),
    architecture,
    optimizer: optimizer === 'selected' ? selected('optimizer') : optimizer,
    learningRate: learningRate === 'selected' ? selected('learningRate') : learningRate,
    dropout: dropout === 'selected' ? selected('dropout') : dropout,
    weightDecay: weightDecay === 'selected' ? selected('weightDecay') : weightDecay,
    trainLimit: null,
    training,
    seed: seed ?? seedOfAll,
  };
}

/** Gives the selected values one by one: what is not asked for need not have been selected. */
function selectedValues(
  { name: of, architecture }: { readonly name: string; readonly architecture: string },
  path: string | undefined,
): <K extends keyof SelectedValues>(name: K) => SelectedValues[K] {
  const values = path === undefined ? undefined : readSelection(architecture, path);
  return (name) => {
    if (values !== undefined) return values[name];
    throw new FermentError(
      'BAD_PARAMS',
      `train.${of}.${name} should be a value where train.${of}.selection is null. Received: selected.`,
    );
  };
}

function readSelection(architecture: string, path: string): SelectedValues {
  const refuse = (problem: string, cause?: unknown): FermentError =>
    new FermentError('DATA_DAMAGED', `${path} is not the selection of ${architecture}: ${problem}.`, {
      hint: 'Run the stage select again: npx ferment repro --force --single-item select',
      cause,
    });
  let selection: Partial<Selection> | null;
  try {
    selection = JSON.parse(readFileSync(path, 'utf8')) as Partial<Selection> | null;
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  if (selection?.architecture !== architecture)
    throw refuse(`its architecture is ${JSON.stringify(selection?.architecture)}`);
  const { values } = selection;
  if (!isComplete(values)) throw refuse('its values are not complete');
  return values;
}

const OPTIMIZERS = ['adam', 'adamw', 'sgd'];

function isComplete(values: Partial<SelectedValues> | null | undefined): values is SelectedValues {
  const numbers = [values?.learningRate, values?.dropout, values?.weightDecay];
  return OPTIMIZERS.includes(values?.optimizer ?? '') && numbers.every((n) => Number.isFinite(n));
}
