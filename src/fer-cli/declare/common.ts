import { InvalidArgumentError, Option } from 'commander';
import { ARCHITECTURES, type Architecture } from '../../fer/index.ts';
import { didYouMean } from '../../kit/index.ts';

/** The device to compute on, by the words of `engine.device`. */
export function deviceOption(): Option {
  return new Option('--device <device>', 'where to compute')
    .choices(['auto', 'cpu', 'cuda', 'webgpu'])
    .default('auto');
}

/** `mobilenet` is short for the one MobileNet that there is. */
const SHORT: Readonly<Record<string, Architecture>> = { mobilenet: 'mobilenetv2' };

/** The architecture that a word names. Throws commander's InvalidArgumentError. */
export function parseArchitecture(word: string): Architecture {
  const known = SHORT[word] ?? ARCHITECTURES.find((name) => name === word);
  if (known !== undefined) return known;
  const hint = didYouMean(word, ARCHITECTURES);
  throw new InvalidArgumentError(
    `Expected ${ARCHITECTURES.join(', ')}.${hint === undefined ? '' : ` ${hint}`}`,
  );
}

/** A whole number of at least 1. Throws commander's InvalidArgumentError. */
export function parsePositiveCount(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return n;
}
