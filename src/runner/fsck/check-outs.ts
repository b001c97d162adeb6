import { type Digest, plural, quoteWord } from '../../kit/index.ts';
import type { Content, Stage } from '../model.ts';
import type { Session } from '../run/session.ts';
import { keptOuts } from '../run/store-outs.ts';
import { keepContent } from '../store/keep-content.ts';
import { isStored } from '../store/restore.ts';
import type { Finding } from './findings.ts';
import type { LockedStage, Manifests, Named } from './named-contents.ts';

/** What outs are checked against. */
export interface OutsPlace {
  readonly session: Session;
  readonly manifests: Manifests;
  /** True for an object that is there and not damaged. */
  readonly isGood: (digest: Digest, size?: number) => boolean;
  readonly dry: boolean;
}

/** Outs that a lock names and that cannot be restored; mended where the workspace still has them. */
export async function checkLocked(place: OutsPlace, { locked }: Named): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const known = new Set<string>();
  for (const one of locked) {
    const stage = place.session.graph.stages.get(one.stage);
    for (const content of storedOuts(one, stage)) {
      const missing = missingOf(place, content);
      const key = `${content.digest} ${content.path}`;
      if (missing === undefined || known.has(key)) continue;
      known.add(key);
      findings.push(await mend(place, { one, content, missing, isDeclared: stage !== undefined }));
    }
  }
  return findings;
}

/** Outs with `cache: false` that are large are for git alone. */
function storedOuts({ entry }: LockedStage, stage: Stage | undefined): readonly Content[] {
  return stage === undefined ? entry.outs : keptOuts(stage, entry.outs);
}

/** How much of a content is not in the store, in words; undefined when all is. */
function missingOf({ manifests, isGood }: OutsPlace, content: Content): string | undefined {
  if (content.kind === 'file') return isGood(content.digest, content.size) ? undefined : 'it is';
  const files = isGood(content.digest) ? manifests.filesOf(content) : undefined;
  if (files === undefined) return 'its list of files is';
  const count = files.filter(({ digest, size }) => !isGood(digest, size)).length;
  if (count === 0) return undefined;
  return count === 1
    ? `one of its ${plural(files.length, 'file')} is`
    : `${count} of its ${files.length} files are`;
}

async function mend(
  { session, dry }: OutsPlace,
  {
    one,
    content,
    missing,
    isDeclared,
  }: {
    readonly one: LockedStage;
    readonly content: Content;
    readonly missing: string;
    readonly isDeclared: boolean;
  },
): Promise<Finding> {
  const { path } = content;
  const owners = [{ stage: one.stage, path, inLock: true }];
  const what = `${one.lockFile} names ${path}, and ${missing} not in the store`;
  const base = { kind: 'out-incomplete', digest: content.digest, owners } as const;
  if ((await session.hasher.content(path))?.digest === content.digest) {
    if (dry)
      return {
        ...base,
        severity: 'bad',
        text: `${what}; the workspace still has it.`,
        todo: 'Store it again from there: ferment fsck',
      };
    const measured = await session.hasher.measure(path);
    const changed = measured === undefined ? path : await keepContent(session.store, session.root, measured);
    if (changed === undefined && isStored(session.store, content))
      return {
        ...base,
        severity: 'mended',
        text: `${what}; stored again from the workspace.`,
        todo: undefined,
      };
  }
  if (!isDeclared)
    return {
      ...base,
      severity: 'note',
      text: `${what}; its stage is in no pipeline file that was read.`,
      todo: undefined,
    };
  return {
    ...base,
    severity: 'bad',
    text: `${what}.`,
    todo: `Make it again: ferment repro ${quoteWord(one.stage)}`,
  };
}

/** Run-cache entries that cannot be restored from: a miss, so that the stage runs instead. */
export function checkResults(place: OutsPlace, { results }: Named): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { fingerprint, stage, outs } of results) {
    const broken = outs.filter((content) => missingOf(place, content) !== undefined);
    const [first] = broken;
    if (first === undefined) continue;
    findings.push({
      kind: 'result-incomplete',
      severity: 'note',
      text: `An earlier result of ${stage} cannot be restored: ${broken.map(({ path }) => path).join(', ')} is not all in the store.`,
      todo: undefined,
      digest: fingerprint,
      owners: broken.map(({ path }) => ({ stage, path, inLock: false })),
    });
  }
  return findings;
}
