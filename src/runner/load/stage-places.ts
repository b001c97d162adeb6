import { rangeOf, type SourceFile } from './source-file.ts';

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly source: string;
}

/**
 * Where each stage's name stands. Files in the usual layout are read line by line, which needs no parsed document
 * (it costs more than all the rest of loading); others by their document.
 */
export function createStagePlaces(file: SourceFile): (name: string) => Place {
  const lines = file.text.split(/\r?\n/);
  const index = indexOfStages(lines);
  return (name) => index.get(name) ?? placeInDocument(file, name, lines);
}

function indexOfStages(lines: readonly string[]): ReadonlyMap<string, Place> {
  const index = new Map<string, Place>();
  const start = lines.findIndex((line) => /^stages\s*:\s*(#.*)?$/.test(line));
  let indent: number | undefined;
  for (let i = start + 1; start >= 0 && i < lines.length; i++) {
    const source = lines[i] ?? '';
    const match = /^( *)(["']?)([^"'\s#[{&*!|>%@`:][^"':]*?)\2\s*:/.exec(source);
    if (/^[^\s#]/.test(source)) break;
    if (match?.[3] === undefined) continue;
    const depth = match[1]?.length ?? 0;
    indent ??= depth;
    if (depth === indent) index.set(match[3], { line: i + 1, column: depth + 1, source });
  }
  return index;
}

function placeInDocument(file: SourceFile, name: string, lines: readonly string[]): Place {
  const { start } = rangeOf(file, ['stages', name], 'key');
  const before = file.text.slice(0, start);
  const line = before.split('\n').length;
  return { line, column: start - before.lastIndexOf('\n'), source: lines[line - 1] ?? '' };
}
