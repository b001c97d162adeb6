/** Attributes of an element; undefined ones are left out. Numbers are written with at most two decimals. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One SVG element with escaped attributes; children are SVG text already. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeText(String(value))}"`,
    )
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

/** Text as SVG content. */
export function label(text: string, attributes: Attributes): string {
  return element('text', attributes, escapeText(text));
}

export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A number with at most two decimals: the same on every machine, and small files. */
export function round(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

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
