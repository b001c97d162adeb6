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

/*
 * Each of our own has a contrast of at least 3 to its ground (WCAG 2.1, 1.4.11), and any two are apart
 * for colour-blind readers too: at least 20 by CIE 1976 as Machado, Oliveira and Fernandes (2009) say that protanopes,
 * deuteranopes and tritanopes see them. No eight colours are so on white and on the dark page at once: a figure is
 * drawn for white, and the page puts ON_DARK in the place of its colours where the reader prefers a dark screen.
 */
const BLUE = '#0063b3';
const ORANGE = '#df7200';
const GREEN = '#2f5430';
const PURPLE = '#653b72';
const CRIMSON = '#de045b';
const SKY = '#019bc8';
const BROWN = '#824f00';
const GRAY = '#8c9097';

/** The colour on a dark ground for each one on white. */
const ON_DARK = {
  [BLUE]: '#188af3',
  [ORANGE]: '#ff9d06',
  [GREEN]: '#adf7ac',
  [PURPLE]: '#9a7eae',
  [CRIMSON]: '#e95574',
  [SKY]: '#47ceff',
  [BROWN]: '#ad8236',
  [GRAY]: '#e1e5ec',
};

/** The hues of the paper's bars, as strong as white and the dark page need. */
const BARS = ['#1f8aa8', '#b87400', '#8a4fc0'];

/** Seen and told apart by all. */
export const SAFE_PALETTE: Palette = {
  classes: [CRIMSON, PURPLE, SKY, ORANGE, GRAY, BLUE, GREEN],
  series: [BLUE, ORANGE, GREEN, PURPLE, CRIMSON, SKY, BROWN, GRAY],
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
