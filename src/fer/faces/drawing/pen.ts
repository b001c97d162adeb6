import { luminance } from '../colours.ts';
import type { Person, Pose, Rgb } from '../parameters.ts';

/** A point on the face before posing; see FaceParameters for the frame. */
export type Point = readonly [number, number];

/** Turns points and colours of one face into SVG text. */
export interface Pen {
  /** Where a point on the face's surface is seen, `out` units before the surface: "x y" for a path. */
  readonly at: (x: number, y: number, out?: number) => string;
  /** The same as numbers. */
  readonly seen: (x: number, y: number, out?: number) => Point;
  /** A colour as SVG writes it; gray when the picture is gray. */
  readonly ink: (colour: Rgb) => string;
  /** An id unique to this face within its sheet. */
  readonly id: (name: string) => string;
}

export interface PenOptions {
  readonly person: Person;
  readonly pose: Pose;
  readonly colour: boolean;
  readonly prefix: string;
}

/**
 * The face is the front of an ellipsoid: a point is put on it, turned by yaw and pitch, and seen from far away.
 * So the far eye narrows and features wander as on a turning head.
 */
export function createPen(options: PenOptions): Pen {
  const { person, pose, colour, prefix } = options;
  const a = person.headWidth * 1.18;
  const b = person.headHeight * 1.22;
  const [cy, sy] = [Math.cos(pose.yaw), Math.sin(pose.yaw)];
  const [cp, sp] = [Math.cos(pose.pitch), Math.sin(pose.pitch)];
  const seen = (x: number, y: number, out = 0): Point => {
    const u = x / a;
    const v = y / b;
    const z = Math.sqrt(Math.max(0.02, 1 - u * u - v * v)) + out / a;
    const xs = u * cy + z * sy;
    const depth = z * cy - u * sy;
    // The head turns about a point behind its middle, so it hardly leaves its place.
    return [a * (xs - 0.62 * sy), b * (v * cp - (depth - 0.62) * sp)];
  };
  return {
    seen,
    at: (x, y, out) => {
      const [px, py] = seen(x, y, out);
      return `${num(px)} ${num(py)}`;
    },
    ink: (rgb) => {
      if (colour) return hex(rgb[0], rgb[1], rgb[2]);
      const gray = luminance(rgb);
      return hex(gray, gray, gray);
    },
    id: (name) => `${prefix}${name}`,
  };
}

/** A number as SVG needs it: at most two decimals. */
export function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function hex(r: number, g: number, b: number): string {
  const value = (Math.round(r) << 16) | (Math.round(g) << 8) | Math.round(b);
  return `#${value.toString(16).padStart(6, '0')}`;
}
