import { createHash } from 'node:crypto';
import { titleOf } from './draw-figure.ts';
import type { Figure } from './figure.ts';
import { renderFigure } from './figure-html.ts';
import { text } from './html-text.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';

/** From so many figures on, a page has a list of them. */
const FEW = 4;

/**
 * The figures as one page that needs nothing else: no network (its policy forbids it), no fonts, one small script for
 * the values under the pointer. Foreign text is escaped. Equal figures give equal bytes.
 */
export function renderPlotsPage(figures: readonly Figure[], revisions: readonly string[]): string {
  const scriptHash = createHash('sha256').update(PAGE_SCRIPT).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'`;
  const items = figures.map((figure, i) => `<li><a href="#f${i}">${text(titleOf(figure))}</a></li>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>Plots: ${text(revisions.join(', '))}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    '<h1>Plots</h1>',
    `<p>${describeRevisions(revisions)}</p>`,
    figures.length < FEW ? '' : `<nav aria-label="Plots"><ul>${items.join('')}</ul></nav>`,
    '</header>',
    '<main>',
    ...figures.map((figure, i) => renderFigure(figure, revisions, `f${i}`)),
    '</main>',
    `<script>${PAGE_SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ]
    .filter((line) => line !== '')
    .join('\n')
    .concat('\n');
}

function describeRevisions(revisions: readonly string[]): string {
  if (revisions.length === 1) return text(revisions[0] ?? '');
  return revisions.map((name, i) => `<span class="revision c${i % 8}">${text(name)}</span>`).join(' ');
}
