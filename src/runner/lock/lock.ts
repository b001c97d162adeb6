import { join } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import { DEFAULT_LOCK_FILE } from '../load/lock-name.ts';
import { readText } from '../load/read-text.ts';
import { parseYaml } from '../load/source-file.ts';
import type { LockEntry, ProjectPath, StageName } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import { cutBlocks, MAX_YAML } from './blocks.ts';
import { parseEntry } from './entry.ts';

/** What pipeline.lock says. */
export interface Lock {
  readonly entries: ReadonlyMap<StageName, LockEntry>;
  /** Blocks that could not be used, in words; their stages count as never run. */
  readonly warnings: readonly string[];
}

/**
 * Reads the lock of a project. A missing lock is an empty one. A block that is damaged, or that stands in a conflict
 * of git, is left out with a warning, so that its stage is stale; nothing in the file can make this throw, except
 * that the file cannot be read at all (BAD_LOCK).
 */
export function readLock(root: string, file: ProjectPath = DEFAULT_LOCK_FILE): Lock {
  const read = readText(join(root, file), MAX_LOCK_BYTES);
  if (read.kind === 'missing') return { entries: new Map(), warnings: [] };
  if (read.kind === 'unreadable') {
    throw new FermentError('BAD_LOCK', `${file} cannot be read: ${read.reason}.`, {
      hint: `Restore it with git, or remove it; stages whose results are in the store are then restored from there.`,
    });
  }
  return parseLock(read.text, file);
}

/** The same for a text, such as the lock of another commit. */
export function parseLock(text: string, file: string = DEFAULT_LOCK_FILE): Lock {
  const warnings: string[] = [];
  const entries = new Map<StageName, LockEntry>();
  const { blocks, conflicted, isOwn } = cutBlocks(text);
  if (conflicted.size > 0) {
    warnings.push(`${file} has merge conflicts in ${[...conflicted].join(', ')}: these count as never run.`);
  }
  const usable = isOwn || conflicted.size > 0 ? blocks : blocksOfYaml(text, file, warnings);
  const seen = new Set<string>();
  for (const { name, data } of usable) {
    if (conflicted.has(name)) continue;
    const entry = seen.has(name) ? undefined : parseEntry(data);
    if (entry === undefined) {
      entries.delete(name);
      warnings.push(`${file}: the block of '${name}' is damaged, so the stage counts as never run.`);
    } else {
      entries.set(name, entry);
    }
    seen.add(name);
  }
  return { entries, warnings };
}

/** A lock that another tool laid out anew. */
function blocksOfYaml(text: string, file: string, warnings: string[]): { name: string; data: unknown }[] {
  if (text.trim() === '') return [];
  const { data, problems } = text.length > MAX_YAML ? NOTHING : parseYaml(text);
  const stages = isObject(data) ? (data['stages'] ?? {}) : undefined;
  if (problems.length > 0 || !isObject(stages)) {
    warnings.push(`${file} is damaged, so all stages count as never run.`);
    return [];
  }
  return Object.entries(stages).map(([name, block]) => ({ name, data: block }));
}

const NOTHING = { data: undefined, problems: [] };

/** A lock holds one line for each file that a glob found. */
const MAX_LOCK_BYTES = 256_000_000;
