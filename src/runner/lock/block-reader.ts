import { put } from '../load/object.ts';

/** The data of a block's lines as `renderLock` lays them out; undefined for any other layout. */
export function readBlock(lines: readonly string[]): unknown {
  const read = lines.map(readLine);
  const known = read.filter((line) => line !== undefined);
  if (known.length < read.length) return undefined;
  try {
    const reader = new BlockReader(known);
    const data = reader.mapping(4);
    return reader.isAtEnd ? data : undefined;
  } catch (error) {
    if (error instanceof NotOurs) return undefined;
    throw error;
  }
}

/** The text is not in Ferment's own layout. */
class NotOurs extends Error {}

type Line =
  | { readonly kind: 'item'; readonly indent: number; readonly text: string }
  | {
      readonly kind: 'pair';
      readonly indent: number;
      readonly key: string;
      readonly text: string | undefined;
    };

// With `s`, since `.` leaves out U+2028 and U+2029, which JSON strings may hold.
const ITEM = /^( *)- (.*)$/s;
const PAIR = /^( *)([^\s"-][^\s"]*|"(?:[^"\\]|\\.)*"):(?: (.*))?$/s;

function readLine(line: string): Line | undefined {
  const item = ITEM.exec(line);
  if (item !== null) return { kind: 'item', indent: item[1]?.length ?? 0, text: item[2] ?? '' };
  const pair = PAIR.exec(line);
  if (pair?.[2] === undefined) return undefined;
  return { kind: 'pair', indent: pair[1]?.length ?? 0, key: unquoted(pair[2]), text: pair[3] };
}

class BlockReader {
  readonly #lines: readonly Line[];
  #at = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#lines.length;
  }

  mapping(indent: number): Readonly<Record<string, unknown>> {
    const data: Record<string, unknown> = {};
    for (let line = this.#next('pair', indent); line?.kind === 'pair'; line = this.#next('pair', indent)) {
      if (Object.hasOwn(data, line.key)) throw new NotOurs('a key stands twice');
      put(data, line.key, line.text === undefined ? this.#below(indent) : parseFlow(line.text));
    }
    return data;
  }

  #below(indent: number): unknown {
    const items: unknown[] = [];
    for (let line = this.#next('item', indent); line !== undefined; line = this.#next('item', indent)) {
      items.push(parseFlow(line.text ?? ''));
    }
    return items.length > 0 ? items : this.mapping(indent + 2);
  }

  #next(kind: Line['kind'], indent: number): Line | undefined {
    const line = this.#lines[this.#at];
    if (line?.kind !== kind || line.indent !== indent) return undefined;
    this.#at++;
    return line;
  }
}

function parseFlow(text: string): unknown {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new NotOurs('a value is no JSON');
  }
  if (text.length > 2 * MAX_DEPTH && isDeep(data)) throw new NotOurs('nested too deeply');
  return data;
}

/** More than parameter files may hold. JSON.parse takes any depth; what reads its data calls itself for each level. */
const MAX_DEPTH = 200;

function isDeep(data: unknown): boolean {
  let level: unknown[] = [data];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return level.length > 0;
}

/** A key as text: bare, or a JSON string. */
export function unquoted(key: string): string {
  if (!key.startsWith('"')) return key;
  try {
    return String(JSON.parse(key));
  } catch {
    return key;
  }
}
