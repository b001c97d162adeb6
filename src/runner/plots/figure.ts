import { posix } from 'node:path';
import type { ProjectPath } from '../model.ts';
import type { Cell } from './csv.ts';
import type { PlotSpec } from './spec.ts';

/** One row's values on the axes. */
export interface Point {
  readonly x: Cell;
  readonly y: Cell;
}

/** One column of one file on one side. */
export interface Series {
  readonly revision: string;
  readonly file: ProjectPath;
  readonly field: string;
  readonly points: readonly Point[];
}

/** One image file on one side. */
export interface Picture {
  readonly revision: string;
  readonly file: ProjectPath;
  readonly sizeBytes: number;
  /** `data:image/png;base64,…` */
  readonly uri: string;
}

/** A chart with its data, and what is wrong with them in words. */
export interface Figure {
  readonly spec: PlotSpec;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly pictures: readonly Picture[];
  readonly problems: readonly string[];
}

/** The file's name where its folder says nothing more, for a legend. */
export function shortNames(files: readonly ProjectPath[]): ReadonlyMap<ProjectPath, string> {
  const parts = files.map((file) => posix.dirname(file).split('/'));
  let common = 0;
  while (parts.length > 0 && parts.every((one) => common < one.length && one[common] === parts[0]?.[common]))
    common++;
  return new Map(files.map((file) => [file, file.split('/').slice(common).join('/')]));
}
