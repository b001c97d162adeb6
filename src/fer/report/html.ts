import { escapeText, unreachable } from '../../kit/index.ts';
import type { Block } from './document.ts';

/** The document as one page that needs nothing else: no network, no fonts, no scripts. */
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
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>`,
    '<main>',
    ...blocks.map(renderBlock),
    '</main>',
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
      return `<figure>${block.svg.trim()}<figcaption>${inline(block.caption)}</figcaption></figure>`;
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

const STYLE = `
:root { color-scheme: light; --ink: #1f2933; --muted: #616e7c; --line: #e4e7eb; --ground: #ffffff; --accent: #0b5394; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
nav { position: sticky; top: 0; z-index: 1; background: #f7f9fb; border-bottom: 1px solid var(--line); }
nav ul { margin: 0 auto; max-width: 68rem; padding: .6rem 1.25rem; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
nav a { color: var(--accent); text-decoration: none; font-size: .9rem; }
nav a:hover { text-decoration: underline; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1.5rem 0 .75rem; }
h2 { font-size: 1.35rem; margin: 2.75rem 0 .75rem; padding-top: .5rem; border-top: 1px solid var(--line); scroll-margin-top: 3.5rem; }
h3 { font-size: 1.08rem; margin: 1.75rem 0 .5rem; }
p { max-width: 46rem; }
.note { border-left: 4px solid #e6a700; background: #fffaeb; padding: .6rem .9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .93rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0 .5rem; }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; white-space: nowrap; }
td:first-child, td code { white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
figure { margin: 1.25rem 0; }
figure svg { max-width: 100%; height: auto; }
figcaption { color: var(--muted); font-size: .9rem; max-width: 46rem; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; background: #f3f5f7; padding: .1em .3em; border-radius: 3px; }
pre { overflow-x: auto; background: #f3f5f7; padding: .8rem 1rem; border-radius: 6px; }
pre code { padding: 0; background: none; }
`;
