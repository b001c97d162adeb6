import type { Random } from '../../kit/index.ts';

/**
 * What the muscles of a face do, loosely after the action units of Ekman and Friesen's coding system. 0 is at
 * rest, 1 a strong movement; where both signs make sense, + is up, open or wide.
 */
export interface Expression {
  readonly browInner: number;
  readonly browOuter: number;
  /** Brows drawn together. */
  readonly browKnit: number;
  /** Upper lid: + wide open, -1 closed. */
  readonly eyeOpen: number;
  /** Lower lid raised. */
  readonly lidTight: number;
  /** Outer end of the upper lid hangs. */
  readonly lidDroop: number;
  /** Mouth corners: + smile, - frown. */
  readonly corner: number;
  readonly mouthOpen: number;
  readonly mouthWidth: number;
  readonly upperLip: number;
  readonly lipPress: number;
  readonly teeth: number;
  readonly lowerTeeth: number;
  readonly tongue: number;
  /** One half of the mouth higher than the other. */
  readonly sneer: number;
  readonly noseWrinkle: number;
  readonly cheek: number;
  readonly foldDepth: number;
  readonly foreheadLines: number;
  readonly chinBoss: number;
  readonly gazeX: number;
  readonly gazeY: number;
  readonly tear: number;
}

const REST: Expression = {
  browInner: 0,
  browOuter: 0,
  browKnit: 0,
  eyeOpen: 0,
  lidTight: 0,
  lidDroop: 0,
  corner: 0,
  mouthOpen: 0,
  mouthWidth: 0,
  upperLip: 0,
  lipPress: 0,
  teeth: 0,
  lowerTeeth: 0,
  tongue: 0,
  sneer: 0,
  noseWrinkle: 0,
  cheek: 0,
  foldDepth: 0,
  foreheadLines: 0,
  chinBoss: 0,
  gazeX: 0,
  gazeY: 0,
  tear: 0,
};

const KEYS = Object.keys(REST) as (keyof Expression)[];

/** The ways in which each class shows, in the order of CLASSES. Neighbouring classes share movements, as in real faces. */
const VARIANTS: readonly (readonly Partial<Expression>[])[] = [
  // angry: lips pressed; shouting; teeth bared
  [
    {
      browInner: -1,
      browOuter: 0.35,
      browKnit: 1,
      eyeOpen: 0.1,
      lidTight: 0.7,
      corner: -0.45,
      mouthWidth: -0.1,
      lipPress: 1,
      foldDepth: 0.3,
      chinBoss: 0.5,
    },
    {
      browInner: -1,
      browOuter: 0.4,
      browKnit: 1,
      eyeOpen: 0.4,
      lidTight: 0.6,
      corner: -0.5,
      mouthOpen: 0.6,
      mouthWidth: 0.2,
      teeth: 0.6,
      lowerTeeth: 0.5,
      foldDepth: 0.6,
      noseWrinkle: 0.3,
    },
    {
      browInner: -0.9,
      browOuter: 0.3,
      browKnit: 0.9,
      eyeOpen: -0.1,
      lidTight: 0.9,
      corner: -0.3,
      mouthOpen: 0.25,
      mouthWidth: 0.35,
      teeth: 1,
      lowerTeeth: 1,
      noseWrinkle: 0.35,
      foldDepth: 0.4,
    },
  ],
  // disgust: nose wrinkled; sneer; tongue out
  [
    {
      browInner: -0.6,
      browOuter: -0.1,
      browKnit: 0.5,
      eyeOpen: -0.45,
      lidTight: 0.8,
      corner: -0.5,
      mouthOpen: 0.12,
      upperLip: 1,
      teeth: 0.7,
      noseWrinkle: 1,
      cheek: 0.6,
      foldDepth: 1,
    },
    {
      browInner: -0.4,
      browOuter: 0.1,
      browKnit: 0.4,
      eyeOpen: -0.4,
      lidTight: 0.7,
      corner: -0.35,
      mouthWidth: -0.1,
      upperLip: 0.7,
      sneer: 1,
      noseWrinkle: 0.9,
      cheek: 0.4,
      foldDepth: 0.9,
    },
    {
      browInner: -0.3,
      browOuter: -0.1,
      browKnit: 0.6,
      eyeOpen: -0.65,
      lidTight: 1,
      corner: -0.5,
      mouthOpen: 0.4,
      mouthWidth: -0.05,
      upperLip: 0.8,
      tongue: 1,
      noseWrinkle: 0.9,
      cheek: 0.5,
      foldDepth: 0.9,
    },
  ],
  // fear: mouth stretched; lips apart; frozen with the mouth shut
  [
    {
      browInner: 1,
      browOuter: 0.1,
      browKnit: 0.6,
      eyeOpen: 0.9,
      lidTight: 0.3,
      corner: -0.45,
      mouthOpen: 0.35,
      mouthWidth: 0.4,
      teeth: 0.5,
      lowerTeeth: 0.6,
      foreheadLines: 0.8,
    },
    {
      browInner: 0.9,
      browOuter: 0.2,
      browKnit: 0.5,
      eyeOpen: 1,
      corner: -0.35,
      mouthOpen: 0.6,
      mouthWidth: 0.15,
      lowerTeeth: 0.4,
      foreheadLines: 0.7,
    },
    {
      browInner: 1,
      browOuter: 0,
      browKnit: 0.7,
      eyeOpen: 0.85,
      lidTight: 0.2,
      corner: -0.5,
      mouthWidth: 0.35,
      lipPress: 0.4,
      foreheadLines: 0.9,
      gazeX: 0.6,
    },
  ],
  // happy: broad smile with teeth; laughing; quiet smile
  [
    {
      browOuter: 0.1,
      eyeOpen: -0.2,
      lidTight: 0.7,
      corner: 1,
      mouthOpen: 0.25,
      mouthWidth: 0.5,
      teeth: 1,
      cheek: 0.9,
      foldDepth: 0.7,
    },
    {
      browInner: 0.2,
      browOuter: 0.3,
      eyeOpen: -0.5,
      lidTight: 1,
      corner: 1,
      mouthOpen: 0.7,
      mouthWidth: 0.5,
      teeth: 0.6,
      tongue: 0.3,
      cheek: 1,
      foldDepth: 0.8,
    },
    {
      browOuter: 0.1,
      eyeOpen: -0.1,
      lidTight: 0.5,
      corner: 0.85,
      mouthWidth: 0.4,
      cheek: 0.7,
      foldDepth: 0.5,
    },
  ],
  // neutral
  [{}, { eyeOpen: -0.12 }, { mouthOpen: 0.08 }],
  // sad: corners down; crying; lip pushed up
  [
    {
      browInner: 0.85,
      browOuter: -0.6,
      browKnit: 0.35,
      eyeOpen: -0.3,
      lidDroop: 0.7,
      corner: -0.9,
      mouthWidth: -0.2,
      foldDepth: 0.4,
      chinBoss: 0.6,
      gazeY: 0.6,
    },
    {
      browInner: 1,
      browOuter: -0.5,
      browKnit: 0.6,
      eyeOpen: -0.55,
      lidTight: 0.5,
      lidDroop: 0.5,
      corner: -0.9,
      mouthOpen: 0.25,
      mouthWidth: 0.1,
      lowerTeeth: 0.3,
      foldDepth: 0.7,
      tear: 1,
    },
    {
      browInner: 0.7,
      browOuter: -0.5,
      browKnit: 0.2,
      eyeOpen: -0.25,
      lidDroop: 0.8,
      corner: -0.8,
      mouthWidth: -0.3,
      lipPress: 0.5,
      chinBoss: 1,
      gazeY: 0.8,
      gazeX: 0.3,
    },
  ],
  // surprise: round mouth; jaw dropped; brows alone
  [
    { browInner: 1, browOuter: 1, eyeOpen: 0.9, mouthOpen: 0.7, mouthWidth: -0.5, foreheadLines: 0.7 },
    {
      browInner: 0.9,
      browOuter: 1,
      eyeOpen: 0.8,
      mouthOpen: 1,
      mouthWidth: -0.25,
      teeth: 0.35,
      foreheadLines: 0.6,
    },
    {
      browInner: 1,
      browOuter: 1,
      eyeOpen: 1,
      mouthOpen: 0.35,
      mouthWidth: -0.45,
      corner: 0.1,
      foreheadLines: 0.8,
    },
  ],
];

/** Classes that people and nets mix up most on FER2013, for each class. */
const CONFUSED_WITH: readonly (readonly number[])[] = [
  [1, 5, 4],
  [0, 5],
  [6, 5],
  [4, 6],
  [5, 3, 0],
  [4, 2, 0],
  [2, 3],
];

/**
 * Draws the expression of one image: a variant of the class at some intensity, a touch of a class that it is
 * mistaken for, and muscle noise. `difficulty` 0 gives the pure variant at full strength.
 */
export function sampleExpression(random: Random, label: number, difficulty: number): Expression {
  const variants = VARIANTS[label];
  const confusions = CONFUSED_WITH[label];
  if (variants === undefined || confusions === undefined)
    throw new RangeError(`label must be 0 to ${VARIANTS.length - 1}. Received: ${label}`);
  const variant = random.pick(variants);
  const other = random.pick(VARIANTS[random.pick(confusions)] ?? []);
  const intensity = Math.max(0.2, 1 - difficulty * 0.22 * random.next() ** 1.5);
  const trace = random.chance(0.2) ? Math.min(0.6, difficulty * random.uniform(0, 0.15)) : 0;
  const jitter = 0.05 * difficulty;
  const entries = KEYS.map((key) => {
    const pure = (variant[key] ?? 0) * intensity + (other[key] ?? 0) * trace;
    return [key, pure + jitter * random.normal() * NOISE_SCALE[key]] as const;
  });
  return { ...REST, ...Object.fromEntries(entries) };
}

/** Movements that noise must not invent (a tear, a tongue) have scale 0. */
const NOISE_SCALE: Readonly<Record<keyof Expression, number>> = {
  browInner: 1.4,
  browOuter: 1.4,
  browKnit: 1,
  eyeOpen: 1.2,
  lidTight: 1,
  lidDroop: 1,
  corner: 1.2,
  mouthOpen: 0.6,
  mouthWidth: 1.5,
  upperLip: 0.8,
  lipPress: 1,
  teeth: 0.5,
  lowerTeeth: 0.5,
  tongue: 0,
  sneer: 1,
  noseWrinkle: 0.7,
  cheek: 1,
  foldDepth: 1.5,
  foreheadLines: 1,
  chinBoss: 0.8,
  gazeX: 3,
  gazeY: 2,
  tear: 0,
};
