import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, type Digest } from '../../kit/index.ts';
import { replaceQuietly } from '../hash/tree-table.ts';
import type { Change, ProjectPath } from '../model.ts';

/** Beside each bundle: which modules are in it, with the digest of each source. */
export function modulesRecordFile(bundlesFolder: string, bundle: Digest): string {
  return join(bundlesFolder, `${bundle}.json`);
}

/** The packages behind a packages digest. */
export function packagesRecordFile(bundlesFolder: string, packages: Digest): string {
  return join(bundlesFolder, `packages-${packages}.json`);
}

/** Writes a record; without it a change of code has no details. */
export function writeRecord(file: string, value: unknown): void {
  replaceQuietly(file, `${JSON.stringify(value, null, 1)}\n`);
}

/** A bundle as the lock or the present has it. */
interface Code {
  readonly bundle: Digest;
  readonly packages: Digest;
}

/**
 * Which modules and packages make one bundle differ from another, from the records beside them. Empty when a record
 * is gone: the bundles then differ, but in what is not known any more.
 */
export function compareBundles(stateFolder: string, before: Code, after: Code): readonly Change[] {
  const folder = join(stateFolder, 'bundles');
  const modules =
    before.bundle === after.bundle
      ? []
      : compareMaps(readModules(folder, before.bundle), readModules(folder, after.bundle));
  const packages =
    before.packages === after.packages
      ? []
      : compareMaps(readPackages(folder, before.packages), readPackages(folder, after.packages));
  return [...modules, ...packages];
}

type Named = ReadonlyMap<string, string>;

function compareMaps(before: Named | undefined, after: Named | undefined): Change[] {
  if (before === undefined || after === undefined) return [];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareBytes);
  return names.flatMap((name): Change[] => {
    const old = before.get(name);
    const now = after.get(name);
    if (old === now) return [];
    if (old === undefined) return [{ kind: 'code', name, change: 'new', new: now }];
    if (now === undefined) return [{ kind: 'code', name, change: 'deleted', old }];
    return [{ kind: 'code', name, change: 'modified', old, new: now }];
  });
}

function readModules(folder: string, bundle: Digest): Named | undefined {
  const value = readJson(modulesRecordFile(folder, bundle));
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map(
    Object.entries(value).map(([path, digest]): [ProjectPath, string] => [path, String(digest)]),
  );
}

function readPackages(folder: string, packages: Digest): Named | undefined {
  const value = readJson(packagesRecordFile(folder, packages));
  if (!Array.isArray(value)) return undefined;
  const versions = new Map<string, string>();
  for (const line of value.map(String)) {
    const at = line.indexOf('@', 1);
    const name = line.slice(0, at);
    const version = line.slice(at + 1).split(' ')[0] ?? '';
    const others = versions.get(name);
    versions.set(name, others === undefined ? version : `${others}, ${version}`);
  }
  return versions;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
