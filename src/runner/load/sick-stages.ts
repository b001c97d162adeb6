import type { KeyPath } from './key-path.ts';
import type { Filler } from './template.ts';

/**
 * The entries of `stages` that have mistakes, so that the others can be built and what is wrong with their values told
 * too. Undefined where others may follow from one: it is in `vars`, or above the stages.
 */
export function sickStages(
  mistakes: readonly { readonly path: KeyPath }[],
): ReadonlySet<unknown> | undefined {
  const isWithin = mistakes.every(({ path: [top, name] }) => top === 'stages' && name !== undefined);
  return isWithin ? new Set(mistakes.map(({ path }) => path[1])) : undefined;
}

/** Of a sick entry nothing is built, but its templates are looked at, unless it may have names of its own, as groups have. */
export function complainOfTemplates(entry: Readonly<Record<string, unknown>>, filler: Filler): void {
  if (['foreach', 'do', 'matrix', 'vars'].some((key) => Object.hasOwn(entry, key))) return;
  const { meta: _, cmd, ...rest } = entry;
  filler.fill(rest, []);
  if (cmd !== undefined) filler.fillCommand(cmd, ['cmd']);
}
