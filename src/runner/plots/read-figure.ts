import { extname } from 'node:path';
import { didYouMean, formatBytes, isFermentError, messageOf, someOf } from '../../kit/index.ts';
import type { Side } from '../metrics/side.ts';
import type { ProjectPath } from '../model.ts';
import type { Row } from './csv.ts';
import type { Figure, Picture, Point, Series } from './figure.ts';
import { FigureProblems } from './figure-problems.ts';
import { PICTURES } from './picture-types.ts';
import { DATA_FILE, parseRows } from './rows.ts';
import type { Column, PlotSpec } from './spec.ts';

/** Larger files are no charts: a browser would not open the page. */
const MOST_DATA_BYTES = 64_000_000;
const MOST_PICTURE_BYTES = 4_000_000;

/** Reads a chart's files on all sides. Whatever is wrong with them is a problem of the chart, never an error. */
export function readFigure(spec: PlotSpec, sides: readonly Side[]): Figure {
  const reader = new FigureReader(spec, sides);
  for (const side of sides) reader.readSide(side);
  return reader.figure();
}

class FigureReader {
  readonly #spec: PlotSpec;
  readonly #series: Series[] = [];
  readonly #pictures: Picture[] = [];
  readonly #problems: FigureProblems;

  constructor(spec: PlotSpec, sides: readonly Side[]) {
    this.#spec = spec;
    this.#problems = new FigureProblems(spec.problems, sides);
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
    return {
      spec,
      xLabel: spec.xLabel ?? only(spec.x.map(({ field }) => field)) ?? (spec.x.length > 1 ? 'x' : 'step'),
      yLabel: spec.yLabel ?? only(this.#series.map(({ field }) => field)) ?? '',
      series: this.#series,
      pictures: this.#pictures,
      problems: this.#problems.all(),
    };
  }

  get spec(): PlotSpec {
    return this.#spec;
  }

  #read(side: Side, file: ProjectPath, most: number): Buffer | undefined {
    try {
      const bytes = side.read(file);
      if (bytes === undefined) this.#problems.addMissing(side, file);
      if (bytes === undefined || bytes.length <= most) return bytes;
      this.#problems.complain(
        side,
        file,
        `it has ${formatBytes(bytes.length)}, more than ${formatBytes(most)}`,
      );
    } catch (error) {
      if (!isFermentError(error)) throw error;
      this.#problems.complain(side, file, error.message);
    }
    return undefined;
  }

  #rows(side: Side, file: ProjectPath): readonly Row[] | undefined {
    if (!DATA_FILE.test(file)) {
      this.#problems.complain(side, file, 'charts are made of CSV, TSV, JSON, YAML and image files');
      return undefined;
    }
    const bytes = this.#read(side, file, MOST_DATA_BYTES);
    if (bytes === undefined) return undefined;
    try {
      const rows = parseRows(file, bytes.toString(), this.#spec.header);
      if (rows.length === 0) this.#problems.complain(side, file, 'it has no rows');
      return rows.length === 0 ? undefined : rows;
    } catch (error) {
      this.#problems.complain(side, file, messageOf(error));
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
      this.#problems.complain(side, y.file, detail);
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
    this.#problems.complain(side, file, `it has no column '${field}', but ${someOf(known, 12)}`, hint);
    return false;
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
