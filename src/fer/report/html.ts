import { escapeText, unreachable } from '../../kit/index.ts';
import type { Block } from './document.ts';
import { SAFE_PALETTE } from './figures/index.ts';
import { HOVER_SCRIPT, hoverAttributes } from './hover.ts';
import { pageStyle } from './page-style.ts';

/** The document as one page that needs nothing else: no network, no fonts, and scripts only to ask maps about points. */
export function renderHtml(title: string, blocks: readonly Block[], palette = SAFE_PALETTE): string {
  const headings = blocks.filter((block) => block.kind === 'heading' && block.level === 2);
  const anchors = anchorsOf(blocks);
  const contents = headings.map((h) => `<li><a href="#${anchors.get(h)}">${inline(textOf(h))}</a></li>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeText(title)}</title>`,
    `<style>${pageStyle(palette)}</style>`,
    '</head>',
    '<body>',
    `<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>`,
    '<main>',
    ...blocks.map((block) => renderBlock(block, anchors.get(block))),
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

function renderBlock(block: Block, id: string | undefined): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level} id="${id}">${inline(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'note':
      return `<p class="note">${inline(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`;
    case 'table':
      return renderTable(block);
    case 'figure':
      return renderFigure(block);
    case 'code':
      return `<pre><code>${escapeText(block.text.trimEnd())}</code></pre>`;
    default:
      return unreachable(block);
  }
}

/** With the width that it was drawn for: the page makes it smaller only as far as its words can be read. */
function renderFigure({ name, svg, caption, hover }: Extract<Block, { kind: 'figure' }>): string {
  const [, width = '0'] = /<svg[^>]*? width="([\d.]+)"/.exec(svg) ?? [];
  const drawing = `<div class="scroll" style="--width:${width}px">${svg.trim()}</div>`;
  const points = hover === undefined ? '' : hoverAttributes(hover);
  return `<figure id="figure-${escapeText(name)}"${points}>${drawing}<figcaption>${inline(caption)}</figcaption></figure>`;
}

function renderTable(table: Extract<Block, { kind: 'table' }>): string {
  const right = new Set(table.right ?? []);
  const [header = [], ...body] = table.rows;
  const cells = (row: readonly string[], tag: 'th' | 'td'): string =>
    row.map((cell, i) => `<${tag}${right.has(i) ? ' class="number"' : ''}>${inline(cell)}</${tag}>`).join('');
  const caption =
    table.caption === undefined ? '' : `<caption><span>${inline(table.caption)}</span></caption>`;
  const rows = body.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
  return `<div class="scroll"><table>${caption}<thead><tr>${cells(header, 'th')}</tr></thead>\n<tbody>${rows}</tbody></table></div>`;
}

/** Escaped text with the marks that the report's sentences use: `code`, **strong**, and a backslash before a mark that is none. */
function inline(text: string): string {
  return text.replace(
    /\\([\\`*[\]<&~_])|`([^`]+)`|\*\*([^*]+)\*\*|[^\\`*]+|./gs,
    (part, literal: string | undefined, code: string | undefined, strong: string | undefined) => {
      if (literal !== undefined) return escapeText(literal);
      if (code !== undefined) return `<code>${escapeText(code)}</code>`;
      return strong === undefined ? escapeText(part) : `<strong>${inline(strong)}</strong>`;
    },
  );
}

/** What each heading is linked by: of one under another both names, and never the same twice. */
function anchorsOf(blocks: readonly Block[]): ReadonlyMap<Block, string> {
  const anchors = new Map<Block, string>();
  const taken = new Set<string>();
  let section = '';
  for (const block of blocks) {
    if (block.kind !== 'heading') continue;
    const own = anchor(block.text);
    const name = block.level === 3 ? `${section}-${own}` : own;
    if (block.level === 2) section = own;
    let free = name;
    for (let i = 2; taken.has(free); i++) free = `${name}-${i}`;
    taken.add(free);
    anchors.set(block, free);
  }
  return anchors;
}

function anchor(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return words === '' ? 'section' : words;
}
