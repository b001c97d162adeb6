import type { Expression } from './expression.ts';

/** Red, green, blue, each 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Who draws: `first` draws the data set, `second` the injected images (another distribution). */
export type FaceStyle = 'first' | 'second';

/**
 * One face, ready to be drawn. Lengths are in a frame of 100 x 100 with the middle of the face at (0, 0), angles
 * in radians; x runs right, y down.
 */
export interface FaceParameters {
  readonly label: number;
  readonly style: FaceStyle;
  readonly person: Person;
  readonly expression: Expression;
  readonly pose: Pose;
  readonly backdrop: Backdrop;
  readonly occlusions: readonly Occlusion[];
  readonly light: Light;
  readonly sensor: Sensor;
}

/** What stays with a person whatever the face does. */
export interface Person {
  readonly headWidth: number;
  readonly headHeight: number;
  readonly jawWidth: number;
  readonly skin: Rgb;
  readonly hair: Rgb;
  readonly hairStyle: HairStyle;
  readonly hairline: number;
  readonly iris: Rgb;
  readonly lips: Rgb;
  readonly lipFullness: number;
  readonly eyeSize: number;
  readonly eyeSpacing: number;
  readonly eyeTilt: number;
  readonly browThickness: number;
  readonly browHeight: number;
  readonly noseLength: number;
  readonly noseWidth: number;
  readonly mouthHeight: number;
  readonly mouthSize: number;
  readonly beard: 'none' | 'moustache' | 'full' | 'stubble';
  /** 0 smooth to 1 old: wrinkles at rest. */
  readonly age: number;
  /** Width of drawn lines. */
  readonly line: number;
  readonly glasses: 'none' | 'round' | 'square' | 'dark';
}

export const HAIR_STYLES = ['bald', 'short', 'fringe', 'parted', 'curly', 'long', 'bun'] as const;
export type HairStyle = (typeof HAIR_STYLES)[number];

export interface Pose {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly scale: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

export interface Backdrop {
  readonly colour: Rgb;
  readonly second: Rgb;
  /** Direction of the gradient. */
  readonly angle: number;
  readonly blobs: readonly {
    readonly x: number;
    readonly y: number;
    readonly r: number;
    readonly colour: Rgb;
  }[];
  readonly clothes: Rgb;
}

/** Something before the face. Positions are in the frame, lengths too. */
export type Occlusion =
  | {
      readonly kind: 'bar';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly angle: number;
      readonly colour: Rgb;
    }
  | {
      readonly kind: 'hand';
      readonly side: number;
      readonly y: number;
      readonly angle: number;
      readonly reach: number;
    }
  | { readonly kind: 'strand'; readonly side: number; readonly width: number; readonly length: number }
  | { readonly kind: 'scarf'; readonly y: number; readonly colour: Rgb };

export interface Light {
  /** Brightness gained per half frame to the right and down, as a share. */
  readonly x: number;
  readonly y: number;
  /** Share of brightness lost in the corners. */
  readonly vignette: number;
}

export interface Sensor {
  /** Standard deviation of the noise in gray levels. */
  readonly noise: number;
  /** Standard deviation of the blur in pixels of the 48 x 48 image. */
  readonly blur: number;
  readonly contrast: number;
  /** Gray levels added. */
  readonly brightness: number;
}
