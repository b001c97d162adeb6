import type { Dataset } from '../data/index.ts';
import type { Params } from '../params/index.ts';
import {
  type Candidate,
  chooseViews,
  type ShortAnswers,
  shortScores,
  type ViewMetrics,
  viewScores,
} from './view-metrics.ts';
import { countViews, meanOf, ONE_VIEW, type View, viewAnswers, viewsOf } from './views.ts';

/** Sets of views with the images that choose among them. */
export interface Choice {
  readonly sets: readonly (readonly [name: string, views: readonly View[]])[];
  readonly validation: Dataset;
}

/** The sets of views that the params ask for, and the single view; undefined where they ask for none. */
export function choiceOf(validation: Dataset, { viewSets }: Params['evaluate']): Choice | undefined {
  const sets = Object.entries(viewSets).map(([name, set]) => [name, viewsOf(set)] as const);
  return sets.length === 0 ? undefined : { sets: [['one', [ONE_VIEW]], ...sets], validation };
}

/** Images that are answered, at most: the chosen set is not known before. */
export function workOf(
  { test, validation }: { readonly test: Dataset; readonly validation: Dataset },
  choice: Choice | undefined,
  { canaryQualities }: Params['evaluate'],
): number {
  const passes = 1 + canaryQualities.length;
  if (choice === undefined) return test.count * passes + validation.count;
  const sets = choice.sets.map(([, views]) => views);
  const largest = Math.max(...sets.map((views) => views.length));
  return test.count * (passes + largest - 1) + validation.count * countViews(sets);
}

interface MeasureOptions extends Pick<Params['evaluate'], 'bootstrapSamples' | 'confidence'> {
  readonly seed: number;
  /** Probabilities of the validation images as they are. */
  readonly held: Float32Array;
  /** Probabilities `[n, classes]` of RGB images; the text says to people which they are. */
  readonly answer: (text: string, images: Uint8Array) => Float32Array;
}

/** Chooses a set of views on the validation images and measures it on the test images, once. */
export function measureViews(
  { sets, validation: held }: Choice,
  images: Uint8Array,
  test: ShortAnswers,
  { answer, held: asIs, ...options }: MeasureOptions,
): ViewMetrics {
  const { classCount } = test;
  // The images as they are were answered before.
  const onHeld = viewAnswers(held.images, (seen) =>
    seen === held.images ? asIs : answer('validation images', seen),
  );
  const entries = sets.map(([name, views]): [string, Candidate] => {
    const probabilities = meanOf(views.map(onHeld));
    const { accuracy, macroF1 } = shortScores({ labels: held.labels, probabilities, classCount });
    return [name, { views: views.length, accuracy, macroF1 }];
  });
  const validation = Object.fromEntries(entries);
  const { chosen, reason } = chooseViews(validation);
  const views = sets.find(([name]) => name === chosen)?.[1] ?? [ONE_VIEW];
  const onTest = viewAnswers(images, (seen) =>
    seen === images ? test.probabilities : answer(`test images, ${chosen}`, seen),
  );
  const probabilities = meanOf(views.map(onTest));
  const scored = viewScores({ ...test, probabilities }, options);
  return { chosen, reason, validation, test: scored };
}
