import { posix } from 'node:path';
import { compareBytes, didYouMean } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import type { ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';

/** DVC's chart templates by name. */
const TEMPLATES = [
  'linear',
  'simple',
  'smooth',
  'scatter',
  'scatter_jitter',
  'confusion',
  'confusion_normalized',
  'bar_horizontal',
  'bar_horizontal_sorted',
] as const;

export type Template = (typeof TEMPLATES)[number];

/** A column of a file; without `field` the one that is left to be guessed. */
export interface Column {
  readonly file: ProjectPath;
  readonly field: string | undefined;
}

/** One declared chart, its files not read yet. */
export interface PlotSpec {
  /** The path of the plot, or the name of a chart that names its files. */
  readonly id: string;
  readonly title: string | undefined;
  readonly xLabel: string | undefined;
  readonly yLabel: string | undefined;
  readonly template: Template;
  /** False: the first line of a CSV is data; columns are then called 0, 1, 2, … */
  readonly header: boolean;
  /** None: the number of the row. One: of every y. Else one for each y. */
  readonly x: readonly Column[];
  readonly y: readonly Column[];
  /** What is wrong with the declaration. */
  readonly problems: readonly string[];
}

/** What the command line says instead of the declaration. */
export interface PlotOverrides {
  readonly template?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: readonly string[] | undefined;
  readonly title?: string | undefined;
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  readonly header?: boolean | undefined;
}

type Options = Readonly<Record<string, unknown>>;

/** All charts of a pipeline: plots outs, and those at the top level, which win; sorted by id. */
export function plotSpecs(project: Project, overrides: PlotOverrides = {}): readonly PlotSpec[] {
  const declared = new Map<string, { readonly options: Options; readonly folder: string }>();
  for (const out of project.stages.flatMap(({ outs }) => outs))
    if (out.kind === 'plot') declared.set(out.path, { options: out.options, folder: '.' });
  for (const { id, folder, options } of project.topLevel.plots) {
    const path = posix.join(folder, id);
    const known = declared.get(path);
    // A chart that names its files has a name; any other is the path of its file.
    if (isObject(options['y']) || isObject(options['x'])) declared.set(id, { options, folder });
    else declared.set(path, { options: { ...known?.options, ...options }, folder: '.' });
  }
  return [...declared]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([id, { options, folder }]) => specOf(id, merge(options, overrides), folder));
}

/** A chart of a file that nobody declared. */
export function undeclaredSpec(path: ProjectPath, overrides: PlotOverrides = {}): PlotSpec {
  return specOf(path, merge({}, overrides), '.');
}

function merge(options: Options, overrides: PlotOverrides): Options {
  const { xLabel, yLabel, ...rest } = overrides;
  const given = Object.entries({ ...rest, x_label: xLabel, y_label: yLabel });
  return { ...options, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

function specOf(id: string, options: Options, folder: string): PlotSpec {
  const y = columns(options['y'], id, folder);
  const x = isObject(options['x']) ? columns(options['x'], id, folder) : xOfEach(options['x'], y, id);
  const { template, problem } = templateOf(options['template']);
  const unequal =
    x.length > 1 && x.length !== y.length
      ? `It names ${x.length} columns for x and ${y.length} for y: x is one column, or one for each y.`
      : undefined;
  return {
    id,
    title: textOf(options['title']),
    xLabel: textOf(options['x_label']),
    yLabel: textOf(options['y_label']),
    template,
    header: options['header'] !== false,
    x: unequal === undefined ? x : x.slice(0, 1),
    y: y.length === 0 ? [{ file: id, field: undefined }] : y,
    problems: [problem, unequal].filter((one) => one !== undefined),
  };
}

/** A column of x that names no file is in the file of each y. */
function xOfEach(value: unknown, y: readonly Column[], id: ProjectPath): Column[] {
  const [x] = columns(value, id, '.');
  if (x === undefined) return [];
  const files = y.length === 0 ? [id] : y.map(({ file }) => file);
  return files.map((file) => ({ ...x, file }));
}

/** `loss`, `[loss, accuracy]`, `{file: loss}`, `{file: [loss, accuracy]}`; files of `folder`. */
function columns(value: unknown, file: ProjectPath, folder: string): Column[] {
  if (isObject(value)) {
    return Object.entries(value).flatMap(([path, fields]) =>
      columns(fields ?? [], posix.join(folder, path), folder),
    );
  }
  if (Array.isArray(value)) return value.flatMap((field: unknown) => columns(field, file, folder));
  return value === undefined || value === null ? [] : [{ file, field: String(value) }];
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function templateOf(value: unknown): { readonly template: Template; readonly problem?: string } {
  if (value === undefined || value === null) return { template: 'linear' };
  const name = String(value);
  const template = TEMPLATES.find((one) => one === name);
  if (template !== undefined) return { template };
  const hint = didYouMean(name, TEMPLATES) ?? `There are ${TEMPLATES.join(', ')}.`;
  return { template: 'linear', problem: `There is no template '${name}', so it is drawn as linear. ${hint}` };
}
