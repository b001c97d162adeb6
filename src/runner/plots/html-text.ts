import { escapeControl, escapeText } from '../../kit/index.ts';

/** Foreign text as HTML: markup and control characters become visible. */
export function text(foreign: string): string {
  return escapeText(escapeControl(foreign));
}
