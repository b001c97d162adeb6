import type { EvaluationMetrics } from '../../evaluation/index.ts';
import { CLASSES } from '../../params/index.ts';
import { type Block, paragraph } from '../document.ts';
import { decimals, modelName, percent } from './format.ts';

/** Scores of all runs that the table of results has no room for, and what they say. */
export function furtherScores(models: Iterable<readonly [string, EvaluationMetrics]>): Block[] {
  return [
    {
      kind: 'table',
      caption: 'Further scores on the test split',
      rows: [
        ['model', 'MCC', 'balanced accuracy', 'log loss', 'Brier', 'active units'],
        ...[...models].map(([key, scores]) => [
          modelName(key),
          decimals(scores.mcc, 3),
          percent(scores.balancedAccuracy),
          decimals(scores.logLoss, 3),
          decimals(scores.brier, 3),
          unitsOf(scores),
        ]),
      ],
      right: [1, 2, 3, 4, 5],
    },
    paragraph(
      `MCC is 1 for answers that are all right and about 0 for guesses; balanced accuracy is the mean recall of the classes, in per cent. Log loss and Brier judge the probabilities: the lower, the better. Active units are those, of the units that the last layer reads, that are not the same number for every test image: the others, such as a ReLU that always gives 0, tell no two images apart. With fewer than ${CLASSES.length - 1}, the probabilities of ${CLASSES.length} classes are bound to one another.`,
    ),
  ];
}

/** Metrics of before they were counted have none. */
function unitsOf({ embedding }: Partial<EvaluationMetrics>): string {
  return embedding === undefined ? '–' : `${embedding.active} of ${embedding.units}`;
}
