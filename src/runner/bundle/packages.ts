import { readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { compareBytes } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';

/** The packages that a program reaches: name to the versions that can be loaded, with the hash that npm locked. */
export interface ReachedPackages {
  /** `name@version integrity`, sorted; the same list, the same code. */
  readonly list: readonly string[];
  /** Files that were read for it, beside package-lock.json. */
  readonly inputs: readonly ProjectPath[];
}

interface Found {
  readonly location: string;
  readonly version: string;
  /** npm's hash of the package, or the commit that it was taken from. */
  readonly proof: string;
  readonly needs: readonly string[];
}

type Lookup = (location: string) => Found | undefined;

/**
 * Follows the dependencies of `names` through package-lock.json, and through node_modules for what the lock file does
 * not know. A package that is nowhere is listed as `name@missing`: installing it is then a change.
 */
export function reachPackages(root: string, names: readonly string[]): ReachedPackages {
  const inputs: ProjectPath[] = [];
  const inLock = lookupInLock(root);
  const onDisk = lookupOnDisk(root, inputs);
  const list = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string, from: string): void => {
    const found = findUpwards(name, from, inLock) ?? findUpwards(name, from, onDisk);
    if (found === undefined) {
      if (from === '') list.add(`${name}@missing`);
      return;
    }
    if (seen.has(found.location)) return;
    seen.add(found.location);
    list.add(`${name}@${found.version}${found.proof === '' ? '' : ` ${found.proof}`}`);
    for (const need of found.needs) visit(need, found.location);
  };
  for (const name of names) visit(name, '');
  return { list: [...list].sort(compareBytes), inputs: inputs.sort(compareBytes) };
}

/** Node's own search: the nearest `node_modules` first, then those of the folders above. */
function findUpwards(name: string, from: string, lookup: Lookup): Found | undefined {
  for (let base = from; ; base = parentPackage(base)) {
    const found = lookup(join(base, 'node_modules', name));
    if (found !== undefined || base === '') return found;
  }
}

function parentPackage(location: string): string {
  const at = location.lastIndexOf('/node_modules/');
  return at < 0 ? '' : location.slice(0, at);
}

function lookupInLock(root: string): Lookup {
  const packages = recordAt(readJson(join(root, 'package-lock.json')), 'packages');
  return (location) => {
    const entry = recordAt(packages, location);
    if (entry === undefined) return undefined;
    // A workspace or `file:` package is a link to an entry of its own.
    const target = entry['link'] === true ? recordAt(packages, String(entry['resolved'])) : undefined;
    return describe(location, target ?? entry);
  };
}

function lookupOnDisk(root: string, inputs: ProjectPath[]): Lookup {
  return (location) => {
    const file = join(location, 'package.json');
    const entry = readJson(join(root, file));
    if (entry === undefined) return undefined;
    inputs.push(file);
    return describe(location, entry);
  };
}

function describe(location: string, entry: Readonly<Record<string, unknown>>): Found {
  const { version, integrity, resolved } = entry;
  const commit = typeof resolved === 'string' && resolved.startsWith('git') ? resolved : '';
  const needs = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((key) =>
    Object.keys(recordAt(entry, key) ?? {}),
  );
  return {
    location,
    version: typeof version === 'string' ? version : '0.0.0',
    proof: typeof integrity === 'string' ? integrity : commit,
    needs: [...new Set(needs)].sort(compareBytes),
  };
}

function recordAt(
  value: Readonly<Record<string, unknown>> | undefined,
  key: string,
): Readonly<Record<string, unknown>> | undefined {
  const inner = value !== undefined && Object.hasOwn(value, key) ? value[key] : undefined;
  return isRecord(inner) ? inner : undefined;
}

function readJson(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
