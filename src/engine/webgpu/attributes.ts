import type { Attribute } from '../native.ts';

/** The attributes of one call, by name, each of the kind that the operation has. */
export interface Attributes {
  number(name: string): number;
  flag(name: string): boolean;
  word(name: string): string;
  /** The two middle numbers of a list over batch, height, width, channels. */
  pair(name: string): [number, number];
  numbers(name: string): readonly number[];
}

/** Reads the attributes that a caller made for TensorFlow's kernels. A missing one is a bug of the caller. */
export function readAttributes(operation: string, list: readonly Attribute[]): Attributes {
  const byName = new Map(list.map(({ name, value }) => [name, value]));
  const fail = (name: string): never => {
    throw new Error(`${operation} has no usable attribute ${name}`);
  };
  const numbers = (name: string): readonly number[] => {
    const value = byName.get(name);
    return Array.isArray(value) ? value.map((v) => (typeof v === 'number' ? v : fail(name))) : fail(name);
  };
  return {
    numbers,
    number: (name) => {
      const value = byName.get(name);
      return typeof value === 'number' ? value : fail(name);
    },
    flag: (name) => {
      const value = byName.get(name);
      return typeof value === 'boolean' ? value : fail(name);
    },
    word: (name) => {
      const value = byName.get(name);
      return typeof value === 'string' ? value : fail(name);
    },
    pair: (name) => {
      const [, height = 1, width = 1] = numbers(name);
      return [height, width];
    },
  };
}
