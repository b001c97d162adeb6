import { COLORS_ON_DARK, COLORS_ON_WHITE } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';

/** Colours of what is measured. */
export interface Palette {
  /** One per class, in the order of labels. */
  readonly classes: readonly string[];
  /** Lines, one per configuration, repeated when there are more. */
  readonly series: readonly string[];
  /** Three bars side by side: precision, recall and F1. */
  readonly scores: readonly string[];
  /** The same for train, validation and test. */
  readonly splits: readonly string[];
  /** The colour on a dark ground for each one on white that is another there. */
  readonly onDark: Readonly<Record<string, string>>;
}

const [BLUE, ORANGE, GREEN, PURPLE, CRIMSON, SKY, , GRAY] = COLORS_ON_WHITE;

/** A figure is drawn for white; the page puts these in the place of its colours where the reader prefers a dark screen. */
const ON_DARK = Object.fromEntries(COLORS_ON_WHITE.map((color, i) => [color, COLORS_ON_DARK[i] ?? color]));

/** The hues of the paper's bars, as strong as white and the dark page need. */
const BARS = ['#1f8aa8', '#b87400', '#8a4fc0'];

/** Seen and told apart by all. */
export const SAFE_PALETTE: Palette = {
  classes: [CRIMSON, PURPLE, SKY, ORANGE, GRAY, BLUE, GREEN],
  series: COLORS_ON_WHITE,
  scores: BARS,
  splits: BARS,
  onDark: ON_DARK,
};

/** The paper's own, for figures to be held beside its: faint on white, and some are one colour to colour-blind readers. */
const PAPER_PALETTE: Palette = {
  classes: ['#a0e6fc', '#ffb347', '#b39eb5', '#96e896', '#ffd1dc', '#cfcfc4', '#ff6961'],
  series: ['#a0e6fc', '#ffb347', '#ae79b2', '#77dd77', '#f9a3b6'],
  scores: ['#ceeef8', '#faca87', '#f0ccf3'],
  // It has no validation images of its own: theirs is the colour between.
  splits: ['#ceeef8', '#faca87', '#ffd7ee'],
  onDark: {},
};

export const PALETTES: Readonly<Record<Params['report']['palette'], Palette>> = {
  safe: SAFE_PALETTE,
  paper: PAPER_PALETTE,
};

export function colorAt(colors: readonly string[], index: number): string {
  return colors[index % colors.length] ?? '#000000';
}
