import { readFileSync } from 'node:fs';
import { type Digest, digestOf } from '../../kit/index.ts';

/** The last line of a bundle on disk; the digest is of what stands before it. */
export function mapComment(bundle: Digest): string {
  return `//# sourceMappingURL=${bundle}.mjs.map\n`;
}

/** The digest of a bundle on disk; undefined when it is not there. */
export function digestOfProgram(file: string): Digest | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const at = text.lastIndexOf('//# sourceMappingURL=');
    return digestOf(text.slice(0, Math.max(at, 0)));
  } catch {
    return undefined;
  }
}
