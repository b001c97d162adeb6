import { type Digest, digestOfJson } from '../../kit/index.ts';
import { put } from '../load/object.ts';
import type { Inputs, Out, Stage } from '../model.ts';
import { leavesOfKeys } from './leaves.ts';

/** Changes when the same inputs get another fingerprint; entries of the lock and the run cache then are misses. */
const VERSION = 1;

/**
 * The digest of everything that decides a stage's result. Deps count by path and content; parameters by their
 * leaves, so that declaring `train` or each of its keys is the same; sizes and counts of files do not count.
 */
export function fingerprintOf(inputs: Inputs): Digest {
  const known = made.get(inputs);
  if (known !== undefined) return known;
  const fingerprint = computeFingerprint(inputs);
  made.set(inputs, fingerprint);
  return fingerprint;
}

/** Says the fingerprint of inputs for which it was made before. */
export function rememberFingerprint(inputs: Inputs, fingerprint: Digest): void {
  made.set(inputs, fingerprint);
}

/** Inputs do not change, and are asked for their fingerprint more than once. */
const made = new WeakMap<Inputs, Digest>();

function computeFingerprint(inputs: Inputs): Digest {
  const { code, wdir, deps, params, env, graph, outs, names } = inputs;
  return digestOfJson({
    version: VERSION,
    code,
    wdir,
    deps: Object.fromEntries(
      deps.map(({ path, digest, executable }) => [path, executable ? `${digest} x` : digest]),
    ),
    params: Object.fromEntries(
      Object.entries(params)
        .map(([file, keys]) => [file, Object.fromEntries(leavesOfKeys(keys))] as const)
        .filter(([, leaves]) => Object.keys(leaves).length > 0),
    ),
    env,
    graph,
    outs: [...new Set(outs)].sort(),
    names,
  });
}

/** The `outs` of a stage's inputs: kind and path of each, sorted. */
export function outInputs(outs: readonly Out[]): readonly string[] {
  return outs.map(({ kind, path }) => `${kind} ${path}`).sort();
}

/** The `names` of a stage's inputs. */
export function nameInputs({ deps, outs }: Pick<Stage, 'deps' | 'outs'>): Inputs['names'] {
  const names: Record<string, string> = {};
  for (const { name, path } of deps) if (name !== undefined) put(names, `dep ${name}`, path);
  for (const { name, path } of outs) if (name !== undefined) put(names, `out ${name}`, path);
  return Object.keys(names).length > 0 ? names : undefined;
}
