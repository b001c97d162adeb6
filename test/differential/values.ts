import { compareTables, type Difference } from './compare.ts';
import { type Copies, runBoth } from './copies.ts';
import type { DvcServer } from './dvc-server.ts';

type Diffs = Record<string, Record<string, unknown>>;

/** Compares `metrics show`, `metrics diff` and `params diff`, each as JSON. */
export async function compareValues(copies: Copies, server: DvcServer): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [on, args] of [
    ['metrics', ['metrics', 'diff', '--json']],
    ['params', ['params', 'diff', '--json']],
  ] as const) {
    const { ours, dvc } = await runBoth(copies, server, { ours: args, dvc: args });
    differences.push(...compareTables(on, { ours: flat(ours.stdout), dvc: flat(dvc.stdout) }));
  }
  const show = await runBoth(copies, server, {
    ours: ['metrics', 'show', '--json'],
    dvc: ['metrics', 'show', '--json'],
  });
  differences.push(
    ...compareTables('metrics', { ours: flat(show.ours.stdout), dvc: flat(shownByDvc(show.dvc.stdout)) }),
  );
  return differences;
}

/** `file:key` to the JSON of what stands there. */
function flat(stdout: string): ReadonlyMap<string, string> {
  const diffs = JSON.parse(stdout === '' ? '{}' : stdout) as Diffs;
  return new Map(
    Object.entries(diffs).flatMap(([file, keys]) =>
      Object.entries(keys).map(([key, value]) => [`${file}:${key}`, JSON.stringify(value)] as const),
    ),
  );
}

/** DVC's `{"": {"data": {FILE: {"data": TREE}}}}`, as Ferment prints it. */
function shownByDvc(stdout: string): string {
  const shown = JSON.parse(stdout === '' ? '{}' : stdout) as Record<
    string,
    { readonly data?: Record<string, { readonly data?: Record<string, unknown> }> }
  >;
  const files = Object.entries(shown['']?.data ?? {}).map(([file, { data }]) => [
    file,
    leaves(data ?? {}, ''),
  ]);
  return JSON.stringify(Object.fromEntries(files));
}

/** Dotted keys, as Ferment has them. */
function leaves(tree: Record<string, unknown>, prefix: string): Record<string, unknown> {
  const pairs = Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(leaves(value as Record<string, unknown>, `${prefix}${key}.`))
      : [[`${prefix}${key}`, value] as const],
  );
  return Object.fromEntries(pairs);
}
