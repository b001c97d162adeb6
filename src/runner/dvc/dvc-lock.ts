import { parseYaml } from '../load/source-file.ts';
import { isObject } from '../schema/json-schema.ts';
import { type Md5Reference, parseReference } from './md5.ts';

/** A dep or an out in DVC's files. */
export interface DvcItem {
  /** As it is written: relative to the stage's folder. */
  readonly path: string;
  /** Undefined where DVC noted no MD5 (a cloud's own version, another checksum, something that is none). */
  readonly content: Md5Reference | undefined;
  readonly executable: boolean;
}

/** What DVC noted about a stage when it last succeeded. */
export interface DvcEntry {
  readonly cmd: readonly string[];
  readonly deps: readonly DvcItem[];
  readonly outs: readonly DvcItem[];
  /** File, as it is written, to key to value. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The entries of a dvc.lock by the stage's name in its file, and what could not be used, in words. */
export interface DvcLock {
  readonly entries: ReadonlyMap<string, DvcEntry>;
  readonly warnings: readonly string[];
}

/** Reads the text of a dvc.lock, of schema 2.0 or of DVC 1, where stages stand at the top. Never throws. */
export function parseDvcLock(text: string, file: string): DvcLock {
  const entries = new Map<string, DvcEntry>();
  const { data } = parseYaml(text);
  if (data === null && text.trim() === '') return { entries, warnings: [] };
  if (!isObject(data)) return { entries, warnings: [`${file} is damaged or has merge conflicts.`] };
  const stages = Object.hasOwn(data, 'schema') ? (data['stages'] ?? {}) : data;
  if (!isObject(stages)) return { entries, warnings: [`${file} has no stages.`] };
  const warnings: string[] = [];
  for (const [name, block] of Object.entries(stages)) {
    const entry = parseDvcEntry(block);
    if (entry === undefined) warnings.push(`${file}: the entry of '${name}' is damaged.`);
    else entries.set(name, entry);
  }
  return { entries, warnings };
}

/** One entry of a dvc.lock, or a file of DVC's run cache, from its data. Undefined for anything else. */
export function parseDvcEntry(data: unknown): DvcEntry | undefined {
  if (!isObject(data)) return undefined;
  const cmd = parseCommand(data['cmd']);
  const deps = parseItems(data['deps']);
  const outs = parseItems(data['outs']);
  const params = data['params'] ?? {};
  if (cmd === undefined || deps === undefined || outs === undefined || !isObject(params)) return undefined;
  return Object.values(params).every(isObject)
    ? { cmd, deps, outs, params: params as DvcEntry['params'] }
    : undefined;
}

function parseCommand(cmd: unknown): readonly string[] | undefined {
  if (typeof cmd === 'string') return [cmd];
  return Array.isArray(cmd) && cmd.every((line): line is string => typeof line === 'string')
    ? cmd
    : undefined;
}

/** The items of `deps` or `outs`, also of a `.dvc` file. */
export function parseItems(list: unknown): readonly DvcItem[] | undefined {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) return undefined;
  const items: DvcItem[] = [];
  for (const raw of list as unknown[]) {
    if (!isObject(raw) || typeof raw['path'] !== 'string' || raw['path'].includes('\0')) return undefined;
    items.push({
      path: raw['path'],
      content: parseReference(raw['md5'], raw['hash']),
      executable: raw['isexec'] === true,
    });
  }
  return items;
}
