/** One colour per class in the order of labels: apart for colour-blind readers too (after Okabe and Ito, 2008). */
export const CLASS_COLORS = [
  '#d55e00',
  '#7a5195',
  '#56b4e9',
  '#e6a700',
  '#8a8f98',
  '#0072b2',
  '#009e73',
] as const;

/** Lines of a sweep, one per configuration, repeated when there are more. */
export const SERIES_COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#7a5195',
  '#e6a700',
  '#56b4e9',
  '#c44e80',
  '#5b6770',
] as const;

/** Precision, recall, F1: the paper's bars, a shade stronger. */
export const SCORE_COLORS = ['#8fd0e4', '#f4b860', '#d79be0'] as const;

/** Train, validation, test. */
export const SPLIT_COLORS = ['#5aa9c7', '#f0b45c', '#c97fb4'] as const;

export function colorAt(colors: readonly string[], index: number): string {
  return colors[index % colors.length] ?? '#000000';
}
