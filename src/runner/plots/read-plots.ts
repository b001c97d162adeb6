import { compareBytes, didYouMean, FermentError, isFermentError } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import type { Side } from '../metrics/side.ts';
import type { ProjectPath } from '../model.ts';
import type { Figure } from './figure.ts';
import { isPlottable } from './picture-types.ts';
import { readFigure } from './read-figure.ts';
import { type PlotOverrides, type PlotSpec, plotSpecs, undeclaredSpec } from './spec.ts';

export interface PlotsOptions {
  /** Ids of charts, files, folders; all charts when empty. */
  readonly targets?: readonly string[];
  readonly overrides?: PlotOverrides;
}

/** What `plots show` may be asked for by name. */
export function plotIds(project: Project): readonly string[] {
  return plotSpecs(project).map(({ id }) => id);
}

/**
 * The charts of some sides with their data, by id. The newest declaration counts, that of the last side that has one.
 * Data that are damaged or missing are problems of their figure. Throws USAGE for a target that is nowhere.
 */
export function readPlots(sides: readonly Side[], options: PlotsOptions = {}): readonly Figure[] {
  const { targets = [], overrides = {} } = options;
  const declared = new Map(
    sides.flatMap(({ project }) => plotSpecs(project, overrides).map((spec) => [spec.id, spec] as const)),
  );
  const specs =
    targets.length === 0
      ? [...declared.values()]
      : targets.flatMap((one) => named(one, declared, sides, overrides));
  const found = new Map(specs.flatMap((spec) => filesOf(spec, sides)).map((spec) => [spec.id, spec]));
  return [...found.values()].sort((a, b) => compareBytes(a.id, b.id)).map((spec) => readFigure(spec, sides));
}

function named(
  target: string,
  declared: ReadonlyMap<string, PlotSpec>,
  sides: readonly Side[],
  overrides: PlotOverrides,
): readonly PlotSpec[] {
  const path = target.replace(/(.)\/+$/, '$1');
  const own = declared.get(path);
  if (own !== undefined) return [own];
  const inFolder = [...declared.values()].filter(({ id }) => id.startsWith(`${path}/`));
  if (inFolder.length > 0) return inFolder;
  if (sides.some((side) => exists(side, path))) return [undeclaredSpec(path, overrides)];
  throw new FermentError('USAGE', `There is no plot and no file '${target}'.`, {
    hint: didYouMean(target, declared.keys()) ?? 'The plots of the pipeline are shown by: ferment plots show',
  });
}

function exists(side: Side, path: ProjectPath): boolean {
  try {
    return side.read(path) !== undefined || side.filesIn(path).length > 0;
  } catch (error) {
    if (!isFermentError(error)) throw error;
    // Something is there, and cannot be read: the figure will say so.
    return true;
  }
}

/** A plot that is a folder is a chart of each file in it. */
function filesOf(spec: PlotSpec, sides: readonly Side[]): readonly PlotSpec[] {
  const [y] = spec.y;
  if (spec.y.length !== 1 || y === undefined || y.file !== spec.id || isPlottable(spec.id)) return [spec];
  const files = new Set(sides.flatMap((side) => listed(side, spec.id)).filter(isPlottable));
  if (files.size === 0) return [spec];
  return [...files].map((file) => ({
    ...spec,
    id: file,
    x: spec.x.map((column) => ({ ...column, file })),
    y: [{ ...y, file }],
  }));
}

function listed(side: Side, folder: ProjectPath): readonly ProjectPath[] {
  try {
    return side.filesIn(folder);
  } catch (error) {
    if (isFermentError(error)) return [];
    throw error;
  }
}
