import { isFermentError } from '../../kit/index.ts';
import type { Content, Stage } from '../model.ts';
import { keepContent } from '../store/keep-content.ts';
import { isStored } from '../store/restore.ts';
import { compareOuts } from './decide.ts';
import { hintCommand } from './hint-command.ts';
import type { Session } from './session.ts';
import { isStoreFailure } from './store-outs.ts';

/**
 * An out with `persist: true` is a stage's own memory: a download that is gone on with, a log that grows. As in DVC it
 * stays as a failed command left it, for the next attempt to go on from there. What the last success left of it is in
 * the store before the command begins.
 */
export async function keepPersistent(session: Session, stage: Stage): Promise<void> {
  for (const good of lastGood(session, stage)) {
    if (isStored(session.store, good)) continue;
    const measured = await session.hasher.measure(good.path);
    if (measured?.content.digest !== good.digest) continue;
    try {
      await keepContent(session.store, session.root, measured);
    } catch (error) {
      // As after a success on a full disk: not in the store is no reason not to run.
      if (!isStoreFailure(error)) throw error;
    }
  }
}

/** After a failure: which of these outs are not as the last success left them, and where that is, in words. */
export async function describePersistent(session: Session, stage: Stage): Promise<readonly string[]> {
  const good = lastGood(session, stage);
  const changed = new Set(await namesOfChanged(session, good));
  return good
    .filter(({ path }) => changed.has(path))
    .map((content) => {
      const stays = `${content.path} persists: it stays as the failed command left it.`;
      if (!isStored(session.store, content)) return stays;
      return `${stays} What the last success left is in the store: ${hintCommand(session.project, 'checkout', '--force', stage.name)}`;
    });
}

async function namesOfChanged(session: Session, outs: readonly Content[]): Promise<readonly string[]> {
  try {
    return (await compareOuts(session, outs)).map(({ name }) => name);
  } catch (error) {
    // It cannot even be read: then it is certainly not as it was.
    if (!isFermentError(error)) throw error;
    return outs.map(({ path }) => path);
  }
}

function lastGood(session: Session, stage: Stage): readonly Content[] {
  const persistent = new Set(
    stage.outs.filter(({ persist, cache }) => persist && cache).map(({ path }) => path),
  );
  if (persistent.size === 0) return [];
  return (session.entries.get(stage.name)?.outs ?? []).filter(({ path }) => persistent.has(path));
}
