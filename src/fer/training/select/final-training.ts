import { readFileSync } from 'node:fs';
import { didYouMean, FermentError, messageOf } from '../../../kit/index.ts';
import { COMPACT_ARCHITECTURES, type CompactArchitecture, type Params } from '../../params/index.ts';
import type { CompactTraining } from '../runs/compact-net.ts';
import type { SelectedValues, Selection } from './select.ts';

/**
 * The final training of one architecture: its params, with the selection's value wherever they say "selected".
 * Throws BAD_PARAMS for another name than a compact net's, DATA_DAMAGED when the selection file is not one of this architecture.
 */
export function finalTraining(
  key: string,
  { train, training, seed }: Pick<Params, 'train' | 'training' | 'seed'>,
  selectionPath: string,
): CompactTraining {
  const architecture = COMPACT_ARCHITECTURES.find((name) => name === key);
  if (architecture === undefined) {
    throw new FermentError(
      'BAD_PARAMS',
      `A final training is for one of ${COMPACT_ARCHITECTURES.join(', ')}. Received: ${key}.`,
      { hint: didYouMean(key, COMPACT_ARCHITECTURES) },
    );
  }
  const values = readSelection(architecture, selectionPath);
  const { optimizer, learningRate, dropout, weightDecay, ...plan } = train[architecture];
  return {
    ...plan,
    architecture,
    optimizer: optimizer === 'selected' ? values.optimizer : optimizer,
    learningRate: learningRate === 'selected' ? values.learningRate : learningRate,
    dropout: dropout === 'selected' ? values.dropout : dropout,
    weightDecay: weightDecay === 'selected' ? values.weightDecay : weightDecay,
    trainLimit: null,
    training,
    seed,
  };
}

function readSelection(architecture: CompactArchitecture, path: string): SelectedValues {
  const refuse = (problem: string, cause?: unknown): FermentError =>
    new FermentError('DATA_DAMAGED', `${path} is not the selection of ${architecture}: ${problem}.`, {
      hint: 'Run the stage select again: npx ferment repro --force --single-item select',
      cause,
    });
  let selection: Partial<Selection>;
  try {
    selection = JSON.parse(readFileSync(path, 'utf8')) as Partial<Selection>;
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  const { values } = selection;
  if (selection.architecture !== architecture)
    throw refuse(`its architecture is ${JSON.stringify(selection.architecture)}`);
  if (values === undefined || !isComplete(values)) throw refuse('its values are not complete');
  return values;
}

function isComplete({ optimizer, learningRate, dropout, weightDecay }: SelectedValues): boolean {
  const numbers = [learningRate, dropout, weightDecay];
  return (optimizer === 'adam' || optimizer === 'sgd') && numbers.every((n) => Number.isFinite(n));
}
