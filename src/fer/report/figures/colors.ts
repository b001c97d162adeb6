/*
 * Colours of what is measured. Each has a contrast of at least 3 to its ground (WCAG 2.1, 1.4.11), and any two are apart
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
export const ON_DARK: Readonly<Record<string, string>> = {
  [BLUE]: '#188af3',
  [ORANGE]: '#ff9d06',
  [GREEN]: '#adf7ac',
  [PURPLE]: '#9a7eae',
  [CRIMSON]: '#e95574',
  [SKY]: '#47ceff',
  [BROWN]: '#ad8236',
  [GRAY]: '#e1e5ec',
};

/** One colour per class in the order of labels. */
export const CLASS_COLORS = [CRIMSON, PURPLE, SKY, ORANGE, GRAY, BLUE, GREEN] as const;

/** Lines of a sweep, one per configuration, repeated when there are more. */
export const SERIES_COLORS = [BLUE, ORANGE, GREEN, PURPLE, CRIMSON, SKY, BROWN, GRAY] as const;

/** Three bars side by side: the hues of the paper's, as strong as white and the dark page need. */
export const BAR_COLORS = ['#1f8aa8', '#b87400', '#8a4fc0'] as const;

export function colorAt(colors: readonly string[], index: number): string {
  return colors[index % colors.length] ?? '#000000';
}
