import { readFileSync } from 'node:fs';
import { type Digest, isDigest } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { BUNDLE_FORMAT } from './build-bundle.ts';

/** What was bundled last time and what it depended on: path to digest, null where nothing was. */
export interface Remembered {
  readonly bundle: Digest;
  readonly packages: Digest;
  readonly inputs: Readonly<Record<ProjectPath, string | null>>;
  readonly folders: Readonly<Record<ProjectPath, string>>;
  /** What it imports from packages before its first line runs. */
  readonly needs: readonly string[];
}

/** What was remembered of each module; nothing where the file is missing, damaged or of another format. */
export function readMemory(file: string): [ProjectPath, Remembered][] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return [];
    const { format, modules } = value as Record<string, unknown>;
    if (format !== BUNDLE_FORMAT || typeof modules !== 'object' || modules === null) return [];
    return Object.entries(modules).filter((entry): entry is [ProjectPath, Remembered] =>
      isRemembered(entry[1]),
    );
  } catch {
    return [];
  }
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { bundle, packages, inputs, folders, needs } = value as Record<string, unknown>;
  const objects = [inputs, folders].every((part) => typeof part === 'object' && part !== null);
  return isDigest(bundle) && isDigest(packages) && objects && Array.isArray(needs);
}
