import type { Random } from '../../kit/index.ts';
import { CONFUSED_WITH, VARIANTS } from './variants.ts';

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
