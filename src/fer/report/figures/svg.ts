import { element, escapeText, round } from '../../../kit/index.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/*
 * What a figure has beside its data: the colour on white, for every viewer, and a class by which the page gives it
 * another one where the reader prefers a dark screen (page-style.ts).
 */
export const INK = { class: 'ink', fill: '#1f2933' } as const;
export const QUIET = { class: 'quiet', fill: '#616e7c' } as const;
export const QUIET_LINE = { class: 'quiet-line', stroke: '#616e7c' } as const;
export const SOFT_LINE = { class: 'soft-line', stroke: '#7b8794' } as const;
export const GRID_LINE = { class: 'grid-line', stroke: '#e4e7eb' } as const;
export const GROUND = { class: 'ground', fill: '#ffffff' } as const;
export const PANEL = { class: 'panel', fill: '#fbfcfd', stroke: '#e4e7eb' } as const;
/** Around a dot: one before another stays a dot of its own. */
export const HALO = { class: 'halo', stroke: '#fbfcfd' } as const;
/** Its line on a dark screen. */
export const DARK_HALO = '#1a2129';
export const BOX = { class: 'box', fill: '#eef4fa', stroke: '#5b8dba' } as const;

/** A whole figure on white, with a title that screen readers read. Fonts are the reader's own: nothing to install. */
export function figure(size: Size, title: string, ...content: readonly string[]): string {
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${round(size.width)} ${round(size.height)}`,
      width: size.width,
      height: size.height,
      role: 'img',
      'font-family': 'system-ui, -apple-system, Segoe UI, Roboto, DejaVu Sans, sans-serif',
      'font-size': 12,
      ...INK,
    },
    element('title', {}, escapeText(title)),
    element('rect', { width: size.width, height: size.height, ...GROUND }),
    ...content,
  );
  return `${svg}\n`;
}
