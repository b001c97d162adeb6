import { escapeControl } from '../../kit/index.ts';
import type { Side } from '../metrics/side.ts';
import type { ProjectPath } from '../model.ts';

/** What is wrong with a chart's data, in words; each thing once. */
export class FigureProblems {
  readonly #sides: readonly Side[];
  readonly #problems: string[];
  readonly #missing: { readonly file: ProjectPath; readonly revision: string }[] = [];

  /** `known` are those of the chart's declaration. */
  constructor(known: readonly string[], sides: readonly Side[]) {
    this.#problems = [...known];
    this.#sides = sides;
  }

  /** Those so far, and then the files that are missing. */
  all(): readonly string[] {
    return [...this.#problems, ...this.#missingFiles()];
  }

  addMissing({ label }: Side, file: ProjectPath): void {
    this.#missing.push({ file, revision: label });
  }

  complain({ label }: Side, file: ProjectPath, what: string, hint?: string): void {
    const where = this.#sides.length > 1 ? `${file} (${label})` : file;
    const text = `${where}: ${what}.${hint === undefined ? '' : ` ${hint}`}`;
    if (!this.#problems.includes(text)) this.#problems.push(escapeControl(text));
  }

  /** A file that is nowhere is missing once. */
  #missingFiles(): string[] {
    return [...new Set(this.#missing.map((one) => one.file))].map((file) => {
      const revisions = this.#missing.filter((one) => one.file === file).map(({ revision }) => revision);
      const everywhere = new Set(revisions).size === this.#sides.length;
      const where = everywhere ? 'is not there' : `is not in ${[...new Set(revisions)].join(', ')}`;
      return escapeControl(`${file} ${where}.`);
    });
  }
}
