import { type Digest, isDigest } from '../../kit/index.ts';
import { put } from '../load/object.ts';
import { reasonAgainstOut } from '../load/paths.ts';
import type { CodeFingerprint, Content, LockEntry } from '../model.ts';
import { fingerprintOf } from '../plan/fingerprint.ts';
import { isObject } from '../schema/json-schema.ts';

/**
 * A stage's block from its data, every part checked: the lock may come from anybody. Undefined when something is not
 * as Ferment writes it, or when the inputs do not give the fingerprint (git merged two versions of the block).
 */
export function parseEntry(data: unknown): LockEntry | undefined {
  if (!isObject(data)) return undefined;
  const { fingerprint } = data;
  const code = parseCode(data);
  const deps = parseList(data['deps'], (item) => parseContent(item, false));
  const outs = parseList(data['outs'], (item) => parseContent(item, true));
  const params = parseParams(data['params']);
  const env = parseEnv(data['env']);
  const names = parseNames(data['names']);
  const writes = parseList(data['writes'], parseText);
  const wdir = data['wdir'] ?? '.';
  const graph = data['graph'];
  if (!isDigest(fingerprint) || code === undefined || typeof wdir !== 'string') return undefined;
  if (deps === undefined || outs === undefined || params === undefined || env === undefined) return undefined;
  if (writes === undefined || (graph !== undefined && !isDigest(graph))) return undefined;
  // A lock that was cut off may have lost outs at its end.
  if (!hasEach(writes, outs)) return undefined;
  if (names === undefined && data['names'] !== undefined) return undefined;
  const inputs = { code, wdir, deps, params, env, graph, outs: writes, names };
  return fingerprintOf(inputs) === fingerprint ? { fingerprint, inputs, outs } : undefined;
}

/** Whether there is a content for each `out some/path` that the stage declares to write, and for nothing else. */
function hasEach(writes: readonly string[], outs: readonly Content[]): boolean {
  const declared = new Set(writes.map((out) => out.slice(out.indexOf(' ') + 1)));
  return (
    declared.size === new Set(outs.map(({ path }) => path)).size &&
    outs.every(({ path }) => declared.has(path))
  );
}

function parseCode(data: Readonly<Record<string, unknown>>): CodeFingerprint | undefined {
  if (data['cmd'] !== undefined) {
    const cmd = parseList(data['cmd'], parseText);
    return cmd === undefined ? undefined : { cmd };
  }
  const { code } = data;
  if (!isObject(code)) return undefined;
  const { module, bundle, packages } = code;
  if (typeof module !== 'string' || !isDigest(bundle) || !isDigest(packages)) return undefined;
  return { module, bundle, packages };
}

function parseList<T>(list: unknown, parse: (item: unknown) => T | undefined): T[] | undefined {
  if (list === undefined) return [];
  if (!Array.isArray(list)) return undefined;
  const parsed: T[] = [];
  for (const item of list) {
    const one = parse(item);
    if (one === undefined) return undefined;
    parsed.push(one);
  }
  return parsed;
}

function parseText(item: unknown): string | undefined {
  return typeof item === 'string' ? item : undefined;
}

function parseContent(item: unknown, isOut: boolean): Content | undefined {
  if (!isObject(item)) return undefined;
  const { path, kind, digest, size, files, executable } = item;
  if (typeof path !== 'string' || path.includes('\0') || !isDigest(digest)) return undefined;
  if (kind !== 'file' && kind !== 'dir') return undefined;
  // What is restored is written: such a path must stay inside the project.
  if (isOut && !isPlainOut(path)) return undefined;
  if (!isCount(size) || !isCount(files)) return undefined;
  const content: { path: string; kind: 'file' | 'dir'; digest: Digest; size: number; files: number } = {
    path,
    kind,
    digest,
    size,
    files,
  };
  return executable === true ? { ...content, executable: true } : content;
}

function isPlainOut(path: string): boolean {
  return (
    reasonAgainstOut(path) === undefined && path.split('/').every((part) => !['', '.', '..'].includes(part))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parseParams(value: unknown): LockEntry['inputs']['params'] | undefined {
  if (value === undefined) return {};
  if (!isObject(value)) return undefined;
  const params: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [file, keys] of Object.entries(value)) {
    if (!isObject(keys)) return undefined;
    put(params, file, keys);
  }
  return params;
}

function parseEnv(value: unknown): Readonly<Record<string, string | null>> | undefined {
  if (value === undefined) return {};
  if (!isObject(value)) return undefined;
  const env: Record<string, string | null> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item !== null && typeof item !== 'string') return undefined;
    put(env, name, item);
  }
  return env;
}

function parseNames(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const names: Record<string, string> = {};
  for (const [name, path] of Object.entries(value)) {
    if (typeof path !== 'string') return undefined;
    put(names, name, path);
  }
  return names;
}
