import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, digestOfJson } from '../../kit/index.ts';
import type { ProjectPath, Stage, StageName } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import { readChecked, writeChecked } from './checked-file.ts';
import type { TopLevel } from './top-level.ts';
import type { Seen, Workspace } from './workspace.ts';

/** What loading found, as plain data. */
export interface Loaded {
  readonly stages: readonly Stage[];
  readonly topLevel: TopLevel;
  /** The parameter files that were read. */
  readonly paramsFiles: readonly ProjectPath[];
  /** The pipeline files below the project's folder, in the order in which they were found. */
  readonly subPipelines: readonly ProjectPath[];
  /** Entries of what `findMissingParams` found. */
  readonly missingParams: readonly (readonly [StageName, readonly Diagnostic[]])[];
  readonly warnings: readonly string[];
}

/** What decides the result of loading beside the files: arguments, and settings that were read by themselves. */
export type LoadKey = Readonly<Record<string, unknown>>;

/**
 * What the last loading with this key found, from `.ferment/loaded.json`, when every text that it read is the same
 * again, byte for byte, and what was not there is still not there. Checking and building a thousand stages takes
 * longer than all else that a command with nothing to do has to do.
 */
export function recallLoaded(workspace: Workspace, key: LoadKey): Loaded | undefined {
  try {
    const text = readChecked(fileIn(workspace.root));
    const saved: unknown = text === undefined ? undefined : JSON.parse(text);
    if (!isObject(saved) || saved['key'] !== keyDigest(key)) return undefined;
    // Written below, by this very program.
    const { seen, loaded } = saved as unknown as { readonly seen: Seen; readonly loaded: Loaded };
    return workspace.isAsSeen(seen) ? loaded : undefined;
  } catch {
    // Missing or damaged: the project is loaded anew.
    return undefined;
  }
}

/** Remembers it for the next command, where the project has its `.ferment` folder; never fails. */
export function rememberLoaded(workspace: Workspace, key: LoadKey, loaded: Loaded): void {
  const file = fileIn(workspace.root);
  const { seen } = workspace;
  if (seen === undefined || !existsSync(dirname(file))) return;
  try {
    const text = JSON.stringify({ key: keyDigest(key), seen, loaded }, refuseWhatJsonLoses);
    writeChecked(file, text);
  } catch (error) {
    // A value that JSON would lose must be read from its text.
    if (!(error instanceof NotJson)) throw error;
  }
}

function fileIn(root: string): string {
  return join(root, '.ferment', 'loaded.json');
}

function keyDigest(key: LoadKey): string {
  return digestOfJson({ ...key, program: thisProgram() });
}

/**
 * Another version of Ferment may make something else of the same files. Its file is the whole command when it was
 * built; where it runs from its sources, what one process remembers is for itself.
 */
function thisProgram(): string {
  const file = fileURLToPath(import.meta.url);
  if (file.endsWith('.ts')) return `${process.pid} ${performance.timeOrigin}`;
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  return [file, dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

class NotJson extends Error {}

function refuseWhatJsonLoses(_key: string, value: unknown): unknown {
  const isLost =
    typeof value === 'bigint' ||
    (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)));
  if (isLost) throw new NotJson();
  return value;
}
