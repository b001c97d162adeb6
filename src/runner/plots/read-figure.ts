import { extname, posix } from 'node:path';
import {
  didYouMean,
  escapeControl,
  formatBytes,
  isFermentError,
  messageOf,
  someOf,
} from '../../kit/index.ts';
import type { Side } from '../metrics/side.ts';
import type { ProjectPath } from '../model.ts';
import type { Cell, Row } from './csv.ts';
import { DATA_FILE, parseRows } from './rows.ts';
import type { Column, PlotSpec } from './spec.ts';

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

/** Larger files are no charts: a browser would not open the page. */
const MOST_DATA_BYTES = 64_000_000;
const MOST_PICTURE_BYTES = 4_000_000;

const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.bmp': 'image/bmp',
};

/** True for a file that can be shown. */
export function isPlottable(path: string): boolean {
  return DATA_FILE.test(path) || PICTURES[extname(path).toLowerCase()] !== undefined;
}

/** Reads a chart's files on all sides. Whatever is wrong with them is a problem of the chart, never an error. */
export function readFigure(spec: PlotSpec, sides: readonly Side[]): Figure {
  const reader = new FigureReader(spec, sides);
  for (const side of sides) reader.readSide(side);
  return reader.figure();
}

class FigureReader {
  readonly #spec: PlotSpec;
  readonly #sides: readonly Side[];
  readonly #series: Series[] = [];
  readonly #pictures: Picture[] = [];
  readonly #problems: string[];
  readonly #missing: { readonly file: ProjectPath; readonly revision: string }[] = [];

  constructor(spec: PlotSpec, sides: readonly Side[]) {
    this.#spec = spec;
    this.#sides = sides;
    this.#problems = [...spec.problems];
  }

  readSide(side: Side): void {
    const rows = new Map<ProjectPath, readonly Row[] | undefined>();
    const rowsOf = (file: ProjectPath): readonly Row[] | undefined => {
      if (!rows.has(file)) rows.set(file, this.#rows(side, file));
      return rows.get(file);
    };
    for (const [i, y] of this.#spec.y.entries()) {
      const type = PICTURES[extname(y.file).toLowerCase()];
      if (type !== undefined) this.#picture(side, y.file, type);
      else this.#column(side, y, this.#spec.x[this.#spec.x.length > 1 ? i : 0], rowsOf);
    }
  }

  figure(): Figure {
    const { spec } = this;
    this.#sayMissing();
    return {
      spec,
      xLabel: spec.xLabel ?? only(spec.x.map(({ field }) => field)) ?? (spec.x.length > 1 ? 'x' : 'step'),
      yLabel: spec.yLabel ?? only(this.#series.map(({ field }) => field)) ?? '',
      series: this.#series,
      pictures: this.#pictures,
      problems: this.#problems,
    };
  }

  get spec(): PlotSpec {
    return this.#spec;
  }

  #read(side: Side, file: ProjectPath, most: number): Buffer | undefined {
    try {
      const bytes = side.read(file);
      if (bytes === undefined) this.#missing.push({ file, revision: side.label });
      if (bytes === undefined || bytes.length <= most) return bytes;
      this.#complain(side, file, `it has ${formatBytes(bytes.length)}, more than ${formatBytes(most)}`);
    } catch (error) {
      if (!isFermentError(error)) throw error;
      this.#complain(side, file, error.message);
    }
    return undefined;
  }

  #rows(side: Side, file: ProjectPath): readonly Row[] | undefined {
    if (!DATA_FILE.test(file)) {
      this.#complain(side, file, 'charts are made of CSV, TSV, JSON, YAML and image files');
      return undefined;
    }
    const bytes = this.#read(side, file, MOST_DATA_BYTES);
    if (bytes === undefined) return undefined;
    try {
      const rows = parseRows(file, bytes.toString(), this.#spec.header);
      if (rows.length === 0) this.#complain(side, file, 'it has no rows');
      return rows.length === 0 ? undefined : rows;
    } catch (error) {
      this.#complain(side, file, messageOf(error));
      return undefined;
    }
  }

  #picture(side: Side, file: ProjectPath, type: string): void {
    const bytes = this.#read(side, file, MOST_PICTURE_BYTES);
    if (bytes === undefined) return;
    const uri = `data:${type};base64,${bytes.toString('base64')}`;
    this.#pictures.push({ revision: side.label, file, sizeBytes: bytes.length, uri });
  }

  #column(
    side: Side,
    y: Column,
    x: Column | undefined,
    rowsOf: (file: ProjectPath) => readonly Row[] | undefined,
  ): void {
    const rows = rowsOf(y.file);
    const xRows = x === undefined || x.file === y.file ? rows : rowsOf(x.file);
    if (rows === undefined || xRows === undefined) return;
    const field = y.field ?? lastColumn(rows, x?.field);
    if (field === undefined || !this.#has(side, y.file, rows, field)) return;
    if (x?.field !== undefined && !this.#has(side, x.file, xRows, x.field)) return;
    if (rows.length !== xRows.length) {
      const detail = `it has ${rows.length} rows and ${x?.file}, which has x, ${xRows.length}`;
      this.#complain(side, y.file, detail);
      return;
    }
    const points = rows.map((row, i): Point => {
      const at = x?.field === undefined ? i : (xRows[i]?.get(x.field) ?? null);
      return { x: at, y: row.get(field) ?? null };
    });
    this.#series.push({ revision: side.label, file: y.file, field, points });
  }

  #has(side: Side, file: ProjectPath, rows: readonly Row[], field: string): boolean {
    if (rows.some((row) => row.has(field))) return true;
    const known = [...new Set(rows.slice(0, 100).flatMap((row) => [...row.keys()]))];
    const hint = didYouMean(field, known);
    this.#complain(side, file, `it has no column '${field}', but ${someOf(known, 12)}`, hint);
    return false;
  }

  #complain({ label }: Side, file: ProjectPath, what: string, hint?: string): void {
    const where = this.#sides.length > 1 ? `${file} (${label})` : file;
    const text = `${where}: ${what}.${hint === undefined ? '' : ` ${hint}`}`;
    if (!this.#problems.includes(text)) this.#problems.push(escapeControl(text));
  }

  /** A file that is nowhere is missing once. */
  #sayMissing(): void {
    for (const file of new Set(this.#missing.map((one) => one.file))) {
      const revisions = this.#missing.filter((one) => one.file === file).map(({ revision }) => revision);
      const everywhere = new Set(revisions).size === this.#sides.length;
      const where = everywhere ? 'is not there' : `is not in ${[...new Set(revisions)].join(', ')}`;
      this.#problems.push(escapeControl(`${file} ${where}.`));
    }
  }
}

/** DVC's guess: the last column that is not x. */
function lastColumn(rows: readonly Row[], x: string | undefined): string | undefined {
  return [...(rows[0]?.keys() ?? [])].filter((name) => name !== x).at(-1);
}

/** The one value that all have. */
function only(values: readonly (string | undefined)[]): string | undefined {
  const [first, ...others] = new Set(values);
  return others.length === 0 ? first : undefined;
}

/** The file's name where its folder says nothing more, for a legend. */
export function shortNames(files: readonly ProjectPath[]): ReadonlyMap<ProjectPath, string> {
  const parts = files.map((file) => posix.dirname(file).split('/'));
  let common = 0;
  while (parts.length > 0 && parts.every((one) => common < one.length && one[common] === parts[0]?.[common]))
    common++;
  return new Map(files.map((file) => [file, file.split('/').slice(common).join('/')]));
}
