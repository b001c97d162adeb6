import { isBlank } from '../../images/index.ts';
import type { Params } from '../../params/index.ts';
import type { Sample } from './sample.ts';

/** Training samples that were left out, by reason. */
export interface Dropped {
  /** Their pixels occur in validation or test. */
  readonly testDuplicates: number;
  /** Of (nearly) one gray level. */
  readonly blank: number;
}

/** Training samples less those that the parameters drop; an image that is both counts as a duplicate. */
export function cleanTraining(
  train: readonly Sample[],
  heldBack: readonly Sample[],
  { dropTestDuplicates, dropBlank }: Pick<Params['to-rgb'], 'dropTestDuplicates' | 'dropBlank'>,
): { readonly kept: readonly Sample[]; readonly dropped: Dropped } {
  const keys = new Set(dropTestDuplicates ? heldBack.map((sample) => sample.key) : []);
  const dropped = { testDuplicates: 0, blank: 0 };
  const kept = train.filter(({ pixels, key }) => {
    if (keys.has(key)) dropped.testDuplicates++;
    else if (dropBlank && isBlank(pixels)) dropped.blank++;
    else return true;
    return false;
  });
  return { kept, dropped };
}

/**
 * Says of a sample of validation or test when its pixels occur in train, so that figures without it can be given. The
 * same sample gives the same object, so that one in both splits stays one.
 */
export function markDuplicates(train: readonly Sample[]): (sample: Sample) => Sample {
  const keys = new Set(train.map((sample) => sample.key));
  const marked = new Map<Sample, Sample>();
  return (sample) => {
    if (!keys.has(sample.key)) return sample;
    const known = marked.get(sample);
    if (known !== undefined) return known;
    const one: Sample = { ...sample, provenance: { ...sample.provenance, inTrain: true } };
    marked.set(sample, one);
    return one;
  };
}

/** What the pixels say about the labels; nothing is dropped for it. */
export interface Audit {
  /** Images of train beyond the first of each group of equal ones. */
  readonly duplicatesInTrain: number;
  /** Groups of equal images of train that carry more than one label, and the images in them. */
  readonly conflictGroupsInTrain: number;
  readonly conflictingImagesInTrain: number;
  /** The same over all splits. */
  readonly conflictGroups: number;
  /** Images of validation and test whose pixels occur in train. */
  readonly heldBackInTrain: number;
  readonly blank: number;
}

/** Looks for equal images and contradicting labels in the splits as they are packed. */
export function auditSplits(train: readonly Sample[], heldBack: readonly Sample[]): Audit {
  const groups = groupByPixels(train);
  const conflicts = [...groups.values()].filter(hasConflict);
  const all = groupByPixels([...train, ...heldBack]);
  return {
    duplicatesInTrain: train.length - groups.size,
    conflictGroupsInTrain: conflicts.length,
    conflictingImagesInTrain: conflicts.reduce((sum, group) => sum + group.length, 0),
    conflictGroups: [...all.values()].filter(hasConflict).length,
    heldBackInTrain: heldBack.filter((sample) => groups.has(sample.key)).length,
    blank: [...train, ...heldBack].filter((sample) => isBlank(sample.pixels)).length,
  };
}

/** Labels of equal images. */
function groupByPixels(samples: readonly Sample[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const { key, label } of samples) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [label]);
    else group.push(label);
  }
  return groups;
}

function hasConflict(labels: readonly number[]): boolean {
  return labels.some((label) => label !== labels[0]);
}
