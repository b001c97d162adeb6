import { parseYaml } from '../load/source-file.ts';
import { readBlock, unquoted } from './block-reader.ts';

/** One stage's block, as data; undefined when it cannot be read. */
export interface Block {
  readonly name: string;
  readonly data: unknown;
}

/** A lock cut into blocks without a YAML parser. */
export interface Blocks {
  readonly blocks: readonly Block[];
  /** Stages that stand in a conflict of git. */
  readonly conflicted: ReadonlySet<string>;
  /** False when the text is not in Ferment's own layout, and must be read as any YAML. */
  readonly isOwn: boolean;
}

/**
 * Cuts the text of a lock into its blocks. A conflict of git makes every stage that it touches conflicted: the one it
 * begins in and those that begin inside.
 */
export function cutBlocks(text: string): Blocks {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => /^stages:( \{\})?$/.test(line));
  const cutter = new Cutter();
  if (start >= 0) for (const line of lines.slice(start + 1)) cutter.take(line);
  return {
    blocks: cutter.blocks.map(({ name, lines: own }) => ({ name, data: readBlock(own) ?? readYaml(own) })),
    conflicted: cutter.conflicted,
    isOwn: start >= 0 && cutter.isOwn,
  };
}

/** More text is not read as any YAML, which takes a second for each 400 kB; in our own layout it is read at once. */
export const MAX_YAML = 8_000_000;

/** A block that another tool laid out anew. */
function readYaml(lines: readonly string[]): unknown {
  const text = lines.join('\n');
  if (text.length > MAX_YAML) return undefined;
  const { data, problems } = parseYaml(text);
  return problems.length === 0 ? data : undefined;
}

const MARKER = /^(<{7}|\|{7}|={7}|>{7})( |$)/;
const NAME = /^ {2}([^\s"#-][^\s"]*|"(?:[^"\\]|\\.)*"):$/;

class Cutter {
  readonly blocks: { readonly name: string; readonly lines: string[] }[] = [];
  readonly conflicted = new Set<string>();
  isOwn = true;
  #current: { readonly name: string; readonly lines: string[] } | undefined;
  #inConflict = false;

  take(line: string): void {
    const marker = MARKER.exec(line)?.[1];
    const name = NAME.exec(line)?.[1];
    if (marker !== undefined) this.#mark(marker);
    else if (name !== undefined) this.#begin(unquoted(name));
    // A blank line ends a block: a conflict after it is not its own.
    else if (line === '') this.#current = undefined;
    else if (/^ {4}/.test(line) && this.#current !== undefined) this.#current.lines.push(line);
    else this.isOwn = false;
  }

  #mark(marker: string): void {
    this.#inConflict = !marker.startsWith('>');
    if (this.#current !== undefined) this.conflicted.add(this.#current.name);
  }

  #begin(name: string): void {
    this.#current = { name, lines: [] };
    this.blocks.push(this.#current);
    if (this.#inConflict) this.conflicted.add(name);
  }
}
