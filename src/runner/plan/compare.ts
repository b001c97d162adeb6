import { canonicalJson, compareBytes, type Digest } from '../../kit/index.ts';
import type { Change, CodeFingerprint, Content, Inputs, LockEntry, ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import { fingerprintOf } from './fingerprint.ts';
import { leavesOfKeys } from './leaves.ts';

/**
 * Why a stage's inputs are not those of its last success: one change for each thing that differs, none when the
 * fingerprints are equal. Code first, then deps, params, env, graph, outs, each sorted by name. `isDep` tells whether
 * the stage still declares a dep: of one that it does not, the change says so.
 */
export function compareInputs(
  entry: LockEntry | undefined,
  now: Inputs,
  isDep: (path: ProjectPath) => boolean = () => true,
): readonly Change[] {
  if (entry === undefined) return [{ kind: 'never-run', name: '', change: 'new' }];
  const then = withNames(entry.inputs, now);
  if (fingerprintOf(then) === fingerprintOf(now)) return [];
  const changes = [
    ...compareCode(then.code, now.code),
    ...compareValues('cmd', new Map([['wdir', then.wdir]]), new Map([['wdir', now.wdir]])),
    ...withUndeclared(compareValues('dep', contentsOf(then.deps), contentsOf(now.deps)), isDep),
    ...compareParams(then.params, now.params),
    ...compareValues('env', new Map(Object.entries(then.env)), new Map(Object.entries(now.env))),
    ...compareValues('graph', graphOf(then.graph), graphOf(now.graph)),
    ...withUndeclared(compareValues('out', outsOf(then.outs), outsOf(now.outs)), () => false),
  ];
  return [...changes, ...compareNames(then.names, now.names, changes)];
}

/** Whether a success with the inputs of then is one with those of now. */
export function areSameInputs(then: Inputs, now: Inputs): boolean {
  return fingerprintOf(withNames(then, now)) === fingerprintOf(now);
}

/**
 * Locks of before names counted have none. A module asks for its deps and outs by name alone, so that one which
 * succeeded had names; of a command nobody knows.
 */
function withNames(then: Inputs, now: Inputs): Inputs {
  return then.names === undefined && 'module' in then.code ? { ...then, names: now.names } : then;
}

/** Names that stand for another path; a path that was changed itself is told as such. */
function compareNames(then: Inputs['names'], now: Inputs['names'], told: readonly Change[]): Change[] {
  const paths = new Set<unknown>(
    told.flatMap(({ kind, name }) => (kind === 'dep' || kind === 'out' ? name : [])),
  );
  const [before, after] = [new Map(Object.entries(then ?? {})), new Map(Object.entries(now ?? {}))];
  return compareValues('name', before, after).filter(
    (change) => !paths.has(change.old) && !paths.has(change.new),
  );
}

function withUndeclared(changes: readonly Change[], isDeclared: (path: ProjectPath) => boolean): Change[] {
  return changes.map((one) =>
    one.change === 'deleted' && !isDeclared(one.name) ? { ...one, declared: false } : one,
  );
}

function compareCode(then: CodeFingerprint, now: CodeFingerprint): Change[] {
  if ('cmd' in then && 'cmd' in now) {
    const [old, text] = [then.cmd.join('\n'), now.cmd.join('\n')];
    // The same lines as one script and as a list of commands, each in a shell of its own, are two things.
    if (old !== text || then.cmd.length === now.cmd.length)
      return compareValues('cmd', new Map([['cmd', old]]), new Map([['cmd', text]]));
    return [{ kind: 'cmd', name: 'cmd', change: 'modified', old: then.cmd, new: now.cmd }];
  }
  if ('cmd' in then || 'cmd' in now || then.module !== now.module) {
    return [{ kind: 'cmd', name: 'cmd', change: 'modified', old: nameOf(then), new: nameOf(now) }];
  }
  return [
    ...compareValues('code', new Map([[then.module, then.bundle]]), new Map([[now.module, now.bundle]])),
    ...compareValues('code', new Map([['packages', then.packages]]), new Map([['packages', now.packages]])),
  ];
}

function nameOf(code: CodeFingerprint): string {
  return 'cmd' in code ? code.cmd.join('\n') : code.module;
}

function contentsOf(contents: readonly Content[]): ReadonlyMap<string, string> {
  return new Map(contents.map(({ path, digest, executable }) => [path, executable ? `${digest} x` : digest]));
}

function compareParams(then: Inputs['params'], now: Inputs['params']): Change[] {
  const files = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort(compareBytes);
  return files.flatMap((file) => {
    const changes = compareValues('param', leavesIn(then, file), leavesIn(now, file));
    return changes
      .filter((change) => !isFilledOrEmptied(change, changes))
      .map((change) => ({ ...change, name: `${file}:${change.name}` }));
  });
}

/** Whether a mapping was empty and has keys now, or the other way round: the keys are told, and it was there all along. */
function isFilledOrEmptied({ name, change, old, new: now }: Change, all: readonly Change[]): boolean {
  const value = change === 'deleted' ? old : now;
  if (change === 'modified' || !isObject(value) || Object.keys(value).length > 0) return false;
  return all.some((other) => other.name !== name && (name === '' || other.name.startsWith(`${name}.`)));
}

function leavesIn(params: Inputs['params'], file: string): ReadonlyMap<string, unknown> {
  return leavesOfKeys((Object.hasOwn(params, file) ? params[file] : undefined) ?? {});
}

function graphOf(graph: Digest | undefined): ReadonlyMap<string, Digest> {
  return graph === undefined ? new Map() : new Map([['graph', graph]]);
}

/** `metric reports/a.json` by its path. */
function outsOf(outs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(outs.map((out) => [out.slice(out.indexOf(' ') + 1), out.slice(0, out.indexOf(' '))]));
}

function compareValues(
  kind: Change['kind'],
  then: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
): Change[] {
  const names = [...new Set([...then.keys(), ...now.keys()])].sort(compareBytes);
  return names.flatMap((name): Change[] => {
    if (!now.has(name)) return [{ kind, name, change: 'deleted', old: then.get(name) }];
    if (!then.has(name)) return [{ kind, name, change: 'new', new: now.get(name) }];
    const [before, after] = [then.get(name), now.get(name)];
    const isSame = canonicalJson(before) === canonicalJson(after);
    return isSame ? [] : [{ kind, name, change: 'modified', old: before, new: after }];
  });
}
