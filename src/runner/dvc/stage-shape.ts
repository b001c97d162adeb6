import { posix } from 'node:path';
import type { Stage } from '../model.ts';
import { mayBeRestored } from '../run/decide.ts';
import type { DvcItem } from './dvc-lock.ts';

/** Stages whose results follow from what DVC notes about a run, by what they read and write, as seen from their folder. */
export function stagesByShape(stages: readonly Stage[]): ReadonlyMap<string, readonly Stage[]> {
  const byShape = new Map<string, Stage[]>();
  for (const stage of stages) {
    if (!mayBeRestored(stage) || stage.command.kind !== 'shell' || stage.env.length > 0 || stage.graph)
      continue;
    const seen = ({ path }: { readonly path: string }): string =>
      posix.isAbsolute(path) ? path : posix.relative(stage.wdir, path);
    const shape = shapeOf(stage.deps.map(seen), stage.outs.map(seen));
    byShape.set(shape, [...(byShape.get(shape) ?? []), stage]);
  }
  return byShape;
}

/** A path that DVC noted, as the shapes have it. */
export function normal({ path }: DvcItem): string {
  const plain = posix.normalize(path);
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

/** What a stage or a run reads and writes, as one text. */
export function shapeOf(deps: readonly string[], outs: readonly string[]): string {
  return JSON.stringify([[...deps].sort(), [...outs].sort()]);
}
