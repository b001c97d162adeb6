import { FermentError } from '../../kit/index.ts';

/** Of each folder of metrics, or file at their top, what the report cannot do without, as dotted keys. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  download: ['source.kind', 'source.name', 'source.sha256'],
  inject: ['source', 'total', 'refused'],
  'to-rgb': [
    'validationRule',
    ...['train', 'validation', 'test'].flatMap((split) =>
      ['total', 'classes', 'classOrigins', 'classGray', 'gray', 'pixelDigest'].map(
        (key) => `splits.${split}.${key}`,
      ),
    ),
    ...['dropped.testDuplicates', 'dropped.blank'],
    ...['audit.duplicatesInTrain', 'audit.conflictGroups', 'audit.heldBackInTrain'],
  ],
  sweep: ['architecture', 'epochs', 'validation.accuracy', 'validation.perClass'],
  train: [
    ...[
      'architecture',
      'initialWeights',
      'images.train',
      'optimizer',
      'learningRate',
      'dropout',
      'weightDecay',
    ],
    ...['epochs', 'keptEpoch', 'steps', 'validation.accuracy', 'validation.macroF1'],
  ],
  evaluate: [
    ...[
      'model.architecture',
      'model.parameters.learnable',
      'model.multiplyAdds',
      'images',
      'accuracy',
      'macroF1',
    ],
    ...['perClass', 'confusion', 'calibration.bins', 'calibration.ece', 'canary', 'alarms'],
  ],
  compare: [
    'images',
    'samples',
    'confidence',
    'a.runs',
    'b.runs',
    'accuracy.value',
    'macroF1.value',
    'mcnemar',
  ],
  tsne: ['input', 'points', 'kl', 'trustworthiness', 'labelAccuracy'],
};

/**
 * Throws DATA_DAMAGED where metrics lack what the report tells: another version wrote them, or a person. `kind` is their
 * folder, or the name of a file at the top.
 */
export function checkKeys(kind: string, metrics: unknown, path: string): void {
  const missing = (REQUIRED[kind] ?? []).filter((key) => valueAt(metrics, key) === undefined);
  if (missing.length === 0) return;
  throw new FermentError(
    'DATA_DAMAGED',
    `${path} lacks ${missing.join(', ')}, which the report tells: another version wrote it, or it was edited.`,
    { hint: 'Delete it, and the stage that writes it runs again: npx ferment repro' },
  );
}

function valueAt(value: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>(
      (inside, name) =>
        typeof inside === 'object' && inside !== null ? (inside as Record<string, unknown>)[name] : undefined,
      value,
    );
}
