import { escapeText, unreachable } from '../../kit/index.ts';
import type { Block } from './document.ts';
import { HOVER_SCRIPT, hoverAttributes } from './hover.ts';
import { PAGE_STYLE } from './page-style.ts';

/** The document as one page that needs nothing else: no network, no fonts, and scripts only to ask maps about points. */
export function renderHtml(title: string, blocks: readonly Block[]): string {
  const headings = blocks.filter((block) => block.kind === 'heading' && block.level === 2);
  const contents = headings.map((h) => `<li><a href="#${anchor(textOf(h))}">${inline(textOf(h))}</a></li>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeText(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>`,
    '<main>',
    ...blocks.map(renderBlock),
    '</main>',
    ...(blocks.some((block) => block.kind === 'figure' && block.hover !== undefined)
      ? [`<script>${HOVER_SCRIPT}</script>`]
      : []),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function textOf(block: Block): string {
  return block.kind === 'heading' ? block.text : '';
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level} id="${anchor(block.text)}">${inline(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'note':
      return `<p class="note">${inline(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`;
    case 'table':
      return renderTable(block);
    case 'figure':
      return `<figure${block.hover === undefined ? '' : hoverAttributes(block.hover)}>${block.svg.trim()}<figcaption>${inline(block.caption)}</figcaption></figure>`;
    case 'code':
      return `<pre><code>${escapeText(block.text.trimEnd())}</code></pre>`;
    default:
      return unreachable(block);
  }
}

function renderTable(table: Extract<Block, { kind: 'table' }>): string {
  const right = new Set(table.right ?? []);
  const [header = [], ...body] = table.rows;
  const cells = (row: readonly string[], tag: 'th' | 'td'): string =>
    row.map((cell, i) => `<${tag}${right.has(i) ? ' class="number"' : ''}>${inline(cell)}</${tag}>`).join('');
  const caption = table.caption === undefined ? '' : `<caption>${inline(table.caption)}</caption>`;
  const rows = body.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
  return `<div class="scroll"><table>${caption}<thead><tr>${cells(header, 'th')}</tr></thead>\n<tbody>${rows}</tbody></table></div>`;
}

/** Escaped text with the two marks that the report's sentences use: `code` and **strong**. */
function inline(text: string): string {
  return escapeText(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}

function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
