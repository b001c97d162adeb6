import { renderMarkdownTable, unreachable } from '../../kit/index.ts';
import type { Block } from './document.ts';

/** The document as Markdown; figures are files beside it, in `figures/`. */
export function renderMarkdown(blocks: readonly Block[]): string {
  return `${blocks.map(renderBlock).join('\n\n')}\n`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${block.text}`;
    case 'paragraph':
      return block.text;
    case 'note':
      return `> **Note.** ${block.text}`;
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'table': {
      const table = renderMarkdownTable(block.rows, { right: block.right ?? [] });
      return block.caption === undefined ? table : `**${block.caption}**\n\n${table}`;
    }
    case 'figure':
      return `![${titleOf(block)}](figures/${block.name}.svg)\n\n*${block.caption}*`;
    case 'code':
      return `\`\`\`${block.language}\n${block.text.trimEnd()}\n\`\`\``;
    default:
      return unreachable(block);
  }
}

/** What stands in a figure's place where it cannot be seen; its caption stands below for all. */
function titleOf({ svg, caption }: Extract<Block, { kind: 'figure' }>): string {
  const [, title = caption] = /<title>([^<]*)<\/title>/.exec(svg) ?? [];
  return title.replaceAll(/[[\]]/g, '\\$&');
}
