import { put } from '../load/object.ts';

/** The lines of one stage's block, as data; undefined when they are not as Ferment writes them. */
export interface Block {
  readonly name: string;
  readonly data: unknown;
}

/** A lock cut into blocks without a YAML parser. */
export interface Blocks {
  readonly blocks: readonly Block[];
  /** Stages that stand in a conflict of git. */
  readonly conflicted: readonly string[];
  /** False when the text is not in Ferment's own layout, and must be read as any YAML. */
  readonly isOwn: boolean;
}

const MARKER = /^(<{7}|\|{7}|={7}|>{7})( |$)/;
const NAME = /^ {2}([^\s"#-][^\s"]*|"(?:[^"\\]|\\.)*"):$/;

/**
 * Cuts the text of a lock into its blocks. Lines of a conflict make every stage that they touch conflicted: the one
 * they begin in, those that begin inside, and the one they end in.
 */
export function cutBlocks(text: string): Blocks {
  const lines = text.split(/\r?\n/);
  const found: { name: string; lines: string[] }[] = [];
  const conflicted = new Set<string>();
  let current: { name: string; lines: string[] } | undefined;
  let inConflict = false;
  let isOwn = true;
  const start = lines.findIndex((line) => /^stages:( \{\})?$/.test(line));
  for (const line of start < 0 ? [] : lines.slice(start + 1)) {
    const marker = MARKER.exec(line)?.[1];
    const name = NAME.exec(line)?.[1];
    if (marker !== undefined) {
      inConflict = marker[0] !== '>';
      if (current !== undefined) conflicted.add(current.name);
    } else if (name !== undefined) {
      current = { name: unquoted(name), lines: [] };
      found.push(current);
      if (inConflict) conflicted.add(current.name);
    } else if (/^ {4}/.test(line) && current !== undefined) {
      current.lines.push(line);
    } else if (line.trim() !== '') {
      isOwn = false;
    }
  }
  const blocks = found.map(({ name, lines: own }) => ({ name, data: dataOfLines(own) }));
  return { blocks, conflicted: [...conflicted], isOwn: isOwn && start >= 0 };
}

/** The value after `key:`, or what stands in the lines below it. */
function dataOfLines(lines: readonly string[]): unknown {
  const data: Record<string, unknown> = {};
  let section: { key: string; items: unknown[]; fields: Record<string, unknown> } | undefined;
  let inner: Record<string, unknown> = {};
  for (const line of lines) {
    const [, indent = '', dash, rest = ''] = /^( {4,8})(- )?(.*)$/.exec(line) ?? [];
    const value = dash === undefined ? undefined : parseFlow(rest);
    const pair = dash === undefined ? /^([^\s"][^\s"]*|"(?:[^"\\]|\\.)*"):(?: (.*))?$/.exec(rest) : null;
    const key = pair?.[1] === undefined ? '' : unquoted(pair[1]);
    const text = pair?.[2];
    if (dash !== undefined && section !== undefined && value !== undefined) {
      section.items.push(value);
      put(data, section.key, section.items);
    } else if (pair === null) {
      return undefined;
    } else if (indent.length === 4) {
      section = text === undefined ? { key, items: [], fields: {} } : undefined;
      if (Object.hasOwn(data, key)) return undefined;
      put(data, key, text === undefined ? {} : parseFlow(text));
      if (section !== undefined) section.fields = inner = data[key] as Record<string, unknown>;
    } else if (section === undefined) {
      return undefined;
    } else if (indent.length === 6) {
      const below: Record<string, unknown> = {};
      put(section.fields, key, text === undefined ? below : parseFlow(text));
      inner = below;
    } else {
      put(inner, key, text === undefined ? undefined : parseFlow(text));
    }
  }
  return data;
}

function parseFlow(text: string): unknown {
  // Digests stand bare.
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unquoted(key: string): string {
  if (!key.startsWith('"')) return key;
  const parsed = parseFlow(key);
  return typeof parsed === 'string' ? parsed : key;
}
