import { createRandom, type Random } from '../../kit/index.ts';
import { dullColour, HAIRS, IRISES, mix, SKINS, shade } from './colours.ts';
import { sampleExpression } from './expression.ts';
import {
  type Backdrop,
  type FaceParameters,
  type FaceStyle,
  HAIR_STYLES,
  type Light,
  type Occlusion,
  type Person,
  type Pose,
  type Sensor,
} from './parameters.ts';

export interface SampleOptions {
  readonly seed: number | string;
  readonly style: FaceStyle;
  /** Place of the image in its set; the same seed, style and index draw the same person whatever the label. */
  readonly index: number;
  /** Class index 0 to 6 in the order of CLASSES. */
  readonly label: number;
  /** Scales pose, noise, occlusion and overlap of expressions; 0 is clean. */
  readonly difficulty: number;
}

/** Draws all the parameters of one face. Depends on nothing but its options. */
export function sampleFace(options: SampleOptions): FaceParameters {
  const { seed, style, index, label, difficulty } = options;
  const stream = (part: string): Random => createRandom(seed, 'face', style, index, part);
  return {
    label,
    style,
    person: samplePerson(stream('person'), style),
    expression: sampleExpression(stream('expression'), label, difficulty),
    pose: samplePose(stream('pose'), style, difficulty),
    backdrop: sampleBackdrop(stream('backdrop')),
    occlusions: sampleOcclusions(stream('occlusion'), difficulty),
    light: sampleLight(stream('light'), difficulty),
    sensor: sampleSensor(stream('sensor'), style, difficulty),
  };
}

function samplePerson(random: Random, style: FaceStyle): Person {
  const bold = style === 'second';
  const skin = mix(random.pick(SKINS), random.pick(SKINS), random.next() * 0.5);
  const age = Math.max(0, random.uniform(-0.4, 1));
  const beard = random.chance(0.75) ? 'none' : random.pick(['moustache', 'full', 'stubble'] as const);
  return {
    headWidth: random.uniform(29, 36) * (bold ? 1.06 : 1),
    headHeight: random.uniform(39, 46) * (bold ? 0.94 : 1),
    jawWidth: random.uniform(0.62, 0.86),
    skin,
    hair: age > 0.7 && random.chance(0.6) ? random.pick(HAIRS.slice(-2)) : random.pick(HAIRS),
    hairStyle: random.pick(HAIR_STYLES),
    hairline: random.uniform(-36, -31),
    iris: random.pick(IRISES),
    lips: mix(shade(skin, 0.72), [168, 62, 70], random.uniform(0.1, 0.6)),
    lipFullness: random.uniform(0.6, 1.35),
    eyeSize: random.uniform(1.1, 1.4) * (bold ? 1.18 : 1),
    eyeSpacing: random.uniform(14.5, 17),
    eyeTilt: random.normal() * 0.35,
    browThickness: random.uniform(2.3, 3.6) * (bold ? 1.3 : 1),
    browHeight: random.uniform(-22, -19.5),
    noseLength: random.uniform(8, 13),
    noseWidth: random.uniform(4, 7),
    mouthHeight: random.uniform(20, 24.5),
    mouthSize: random.uniform(14, 17.5) * (bold ? 1.12 : 1),
    beard,
    age,
    line: random.uniform(1, 1.5) * (bold ? 1.6 : 1),
    glasses: random.chance(0.16)
      ? random.pick(['round', 'round', 'square', 'square', 'dark'] as const)
      : 'none',
  };
}

function samplePose(random: Random, style: FaceStyle, difficulty: number): Pose {
  // The second source is cropped by a face detector: smaller in the frame and better centred.
  const size = style === 'second' ? 0.86 : 1;
  const wander = style === 'second' ? 0.6 : 1;
  const sd = difficulty * wander;
  return {
    yaw: clamp(random.normal() * 0.09 * sd, 0.7),
    pitch: clamp(random.normal() * 0.05 * sd, 0.35),
    roll: clamp(random.normal() * 0.07 * sd, 0.5),
    scale: size * Math.exp(clamp(random.normal() * 0.05 * sd, 0.25)),
    shiftX: clamp(random.normal() * 3.6 * sd, 12),
    shiftY: clamp(random.normal() * 3.6 * sd, 12),
  };
}

function sampleBackdrop(random: Random): Backdrop {
  const colour = dullColour(random);
  const count = random.chance(0.5) ? random.below(4) : 0;
  return {
    colour,
    second: mix(colour, dullColour(random), random.next()),
    angle: random.uniform(0, 2 * Math.PI),
    blobs: Array.from({ length: count }, () => ({
      x: random.uniform(-50, 50),
      y: random.uniform(-50, 50),
      r: random.uniform(5, 28),
      colour: dullColour(random),
    })),
    clothes: dullColour(random),
  };
}

function sampleOcclusions(random: Random, difficulty: number): Occlusion[] {
  if (!random.chance(Math.min(0.6, 0.08 * difficulty))) return [];
  const side = random.chance(0.5) ? 1 : -1;
  switch (random.below(5)) {
    case 0:
    case 1:
      return [
        {
          kind: 'bar',
          x: random.uniform(-45, 45),
          y: random.uniform(-45, 45),
          width: random.uniform(6, 14),
          height: random.uniform(50, 130),
          angle: random.uniform(0, Math.PI),
          colour: shade(dullColour(random), 0.4),
        },
      ];
    case 2:
      return [
        {
          kind: 'hand',
          side,
          y: random.uniform(18, 34),
          angle: random.uniform(-0.5, 0.5),
          reach: random.uniform(4, 22),
        },
      ];
    case 3:
      return [{ kind: 'strand', side, width: random.uniform(8, 18), length: random.uniform(25, 60) }];
    default:
      return [{ kind: 'scarf', y: random.uniform(24, 34), colour: dullColour(random) }];
  }
}

function sampleLight(random: Random, difficulty: number): Light {
  const strength = Math.min(0.65, Math.abs(random.normal()) * 0.12 * difficulty);
  const angle = random.uniform(0, 2 * Math.PI);
  return {
    x: strength * Math.cos(angle),
    y: strength * Math.sin(angle),
    vignette: random.uniform(0, 0.3) * Math.min(1, difficulty),
  };
}

function sampleSensor(random: Random, style: FaceStyle, difficulty: number): Sensor {
  const clean = style === 'second' ? 0.5 : 1;
  return {
    noise: difficulty * clean * random.uniform(0.5, 3.5),
    blur: difficulty * clean * random.uniform(0, 0.4),
    contrast: Math.exp(clamp(random.normal() * 0.12 * difficulty, 0.5)) * (style === 'second' ? 1.12 : 1),
    brightness: clamp(random.normal() * 10 * difficulty, 50),
  };
}

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}
