/** The report's content, before it is Markdown or HTML: one source, two renderers. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** A remark that must not be missed. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly caption?: string;
      /** The first row is the header. */
      readonly rows: readonly (readonly string[])[];
      /** Columns of numbers. */
      readonly right?: readonly number[];
    }
  | {
      readonly kind: 'figure';
      readonly name: string;
      readonly svg: string;
      readonly caption: string;
      /** What the page says of a point under the pointer. */
      readonly hover?: HoverPoints;
    }
  | { readonly kind: 'code'; readonly language: string; readonly text: string };

/** The points of a figure and what each is. */
export interface HoverPoints {
  /** [n, 2], row by row: where they are in the figure, in its own units. */
  readonly positions: Float32Array;
  /** Class of each, and what a model answered, where there is one. */
  readonly labels: Uint8Array;
  readonly answers: Uint8Array | undefined;
  readonly classes: readonly string[];
}

export const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: 'heading', level, text });
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
export const note = (text: string): Block => ({ kind: 'note', text });

/**
 * The name of a figure about a model: the kind has no hyphen, so that a model named `space-resnet` cannot make a name
 * that another kind of figure has for `resnet`.
 */
export function figureName(kind: ModelFigure, key: string): string {
  return `${kind}-${key}`;
}

type ModelFigure = 'calibration' | 'classes' | 'confusion' | 'loss' | 'scores' | 'tsne' | 'tsne3d' | 'umap';

/** The figures of a document by file name, `NAME.svg`. */
export function figuresOf(blocks: readonly Block[]): ReadonlyMap<string, string> {
  const figures = new Map<string, string>();
  for (const block of blocks) if (block.kind === 'figure') figures.set(`${block.name}.svg`, block.svg);
  return figures;
}
