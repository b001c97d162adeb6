/*
 * Each has a contrast of at least 3 to its ground (WCAG 2.1, 1.4.11), and any two are apart for colour-blind readers
 * too: at least 20 by CIE 1976 as Machado, Oliveira and Fernandes (2009) say that protanopes, deuteranopes and tritanopes
 * see them. No eight colours are so on white and on a dark page at once.
 */

/** Eight colours of what a figure shows, on white: blue, orange, green, purple, crimson, sky, brown, gray. */
export const COLORS_ON_WHITE = [
  '#0063b3',
  '#df7200',
  '#2f5430',
  '#653b72',
  '#de045b',
  '#019bc8',
  '#824f00',
  '#8c9097',
] as const;

/** The same on a dark page. */
export const COLORS_ON_DARK = [
  '#188af3',
  '#ff9d06',
  '#adf7ac',
  '#9a7eae',
  '#e95574',
  '#47ceff',
  '#ad8236',
  '#e1e5ec',
] as const;
