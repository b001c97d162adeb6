import type { Document, Node } from 'yaml';
import type { Diagnostic } from '../../kit/index.ts';
import type { KeyPath } from './key-path.ts';
import { yamlLibrary } from './lazy.ts';
import { dataOfDocument, type TextProblem } from './yaml-data.ts';
import { parseDocument } from './yaml-parse.ts';

/** Text that a person wrote, with the name under which messages show it. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
}

/** A file that was read: its data, and for YAML and JSON a way back from data to places in the text. */
export interface SourceFile extends SourceText {
  readonly data: unknown;
}

export type Part = 'key' | 'value';
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Makes data of a text; never throws, problems are listed by offset. */
export type Parse = (text: string) => {
  readonly data: unknown;
  readonly problems: readonly TextProblem[];
};

/** Parses YAML (of which JSON is a part); never throws, problems are listed by offset. */
export function parseYaml(text: string): {
  readonly data: unknown;
  readonly problems: readonly TextProblem[];
} {
  const { document, problems } = parseDocument(text);
  if (document === undefined || problems.length > 0) return { data: null, problems };
  return dataOfDocument(document);
}

const documents = new WeakMap<SourceText, Document | undefined>();

function documentOf(file: SourceText): Document | undefined {
  if (!documents.has(file)) documents.set(file, isYaml(file) ? parseDocument(file.text).document : undefined);
  return documents.get(file);
}

/**
 * The place of a key or value; of its nearest holder where it is not in the text (it came from a default, an alias
 * or a template). A long value is marked by its key.
 */
export function rangeOf(file: SourceText, path: KeyPath, part: Part): Range {
  const document = documentOf(file);
  let range: Range = { start: 0, end: 1 };
  let node: unknown = document?.contents;
  for (const [i, word] of path.entries()) {
    const step = document === undefined ? undefined : stepInto(document, node, word);
    if (step === undefined) break;
    const isLast = i === path.length - 1;
    const wanted = isLast && part === 'key' ? (step.key ?? step.value) : preferScalar(step);
    range = spanOf(wanted) ?? range;
    node = step.value;
  }
  return range;
}

/** Exactly what a value of the text takes up; undefined where the text itself does not hold it. */
export function valueSpanOf(file: SourceText, path: KeyPath): Range | undefined {
  const document = documentOf(file);
  let node: unknown = document?.contents;
  for (const word of path) node = document === undefined ? undefined : stepInto(document, node, word)?.value;
  return yamlLibrary().isNode(node) ? spanOf(node) : undefined;
}

/** The others have no places; what is wrong with them as a whole is said at their start. */
function isYaml({ name }: SourceText): boolean {
  return !/\.(toml|py)$/i.test(name);
}

/** True when the text itself holds something at this path. */
export function holds(data: unknown, path: KeyPath): boolean {
  let at = data;
  for (const word of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, word)) return false;
    at = Array.isArray(at) ? at[Number(word)] : (at as Readonly<Record<string, unknown>>)[word];
  }
  return true;
}

interface Step {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

function stepInto(document: Document, holder: unknown, word: string | number): Step | undefined {
  const yaml = yamlLibrary();
  const node = yaml.isAlias(holder) ? holder.resolve(document) : holder;
  if (yaml.isSeq(node)) {
    const item = node.items[Number(word)];
    return yaml.isNode(item) ? { key: undefined, value: item } : undefined;
  }
  if (!yaml.isMap(node)) return undefined;
  for (const { key, value } of node.items) {
    if (!yaml.isScalar(key) || (String(key.value) !== String(word) && key.source !== word)) continue;
    return { key, value: yaml.isNode(value) ? value : undefined };
  }
  return undefined;
}

function preferScalar({ key, value }: Step): Node | undefined {
  const isShort = yamlLibrary().isScalar(value) && value.source !== '';
  return isShort ? value : (key ?? value);
}

function spanOf(node: Node | undefined): Range | undefined {
  if (node?.range === undefined || node.range === null) return undefined;
  return { start: node.range[0], end: node.range[1] };
}

/** A diagnostic for a stretch of text: line, column, and the line itself. Only its first line is marked. */
export function diagnosticAt(
  file: SourceText,
  range: Range,
  problem: { readonly message: string; readonly hint?: string | undefined },
): Diagnostic {
  const start = Math.min(range.start, file.text.length);
  const lineStart = file.text.lastIndexOf('\n', start - 1) + 1;
  const lineBreak = file.text.indexOf('\n', start);
  const source = file.text.slice(lineStart, lineBreak < 0 ? undefined : lineBreak).replace(/\r$/, '');
  let line = 1;
  for (let at = file.text.indexOf('\n'); at >= 0 && at < start; at = file.text.indexOf('\n', at + 1)) line++;
  const column = start - lineStart + 1;
  const length = Math.max(1, Math.min(range.end - range.start, source.length - column + 1));
  const shown = file.text === '' ? undefined : source;
  return {
    file: file.name,
    line,
    column,
    length,
    message: problem.message,
    hint: problem.hint,
    source: shown,
  };
}
