import { element, escapeText, round } from '../../../kit/index.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const INK = '#1f2933';
export const MUTED = '#616e7c';
export const GRID = '#e4e7eb';

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
      fill: INK,
    },
    element('title', {}, escapeText(title)),
    element('rect', { width: size.width, height: size.height, fill: '#ffffff' }),
    ...content,
  );
  return `${svg}\n`;
}
