import { quoteWord, type Terminal } from '../kit/index.ts';
import type { LoadOptions } from '../runner/index.ts';
import type { ProjectOptions } from './program.ts';

/** The project that the common options name. */
export function loadOptions(options: ProjectOptions, terminal: Terminal): LoadOptions {
  const { file, params = [], set = [] } = options;
  return { cwd: terminal.cwd, file, paramsFiles: params, overrides: set };
}

/** A command about the same project with the same values, for a hint: `ferment repro -S lr=0.1`. */
export function commandLike(options: ProjectOptions, ...words: readonly string[]): string {
  const { file, params = [], set = [] } = options;
  const own = [
    ...(file === undefined ? [] : ['--file', file]),
    ...params.flatMap((one) => ['--params', one]),
    ...set.flatMap((one) => ['-S', one]),
  ];
  return ['ferment', ...[...words, ...own].map(quoteWord)].join(' ');
}
