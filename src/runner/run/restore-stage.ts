import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Digest, isFermentError } from '../../kit/index.ts';
import type { Manifest } from '../hash/manifest.ts';
import type { Content, ProjectPath, StageName } from '../model.ts';
import { stageContent } from '../store/restore.ts';
import { dropAside, moveAside, moveInto, removeTree } from './aside.ts';
import type { Claim } from './claim.ts';
import { compareOuts } from './decide.ts';
import { findFilesAbove } from './files-above.ts';
import { type Journal, scratchFolder, settleOrLeave } from './journal.ts';
import { keepIgnored } from './keep-ignored.ts';
import { planAside } from './plan-aside.ts';
import type { Session } from './session.ts';

/** One out, built and verified in the scratch folder. */
interface Built {
  readonly content: Content;
  readonly from: string;
  readonly manifest: Manifest | undefined;
}

/**
 * Puts outs from the store in place of what is there, for a stage whose claim is held: all are built and verified
 * beside first, then swapped by renames. An out that is there already is left alone; what `.dvcignore` names in one
 * that is replaced is in the new one, too. Returns false when an object is
 * missing or damaged (then nothing was changed). Throws NO_SPACE, STORE_UNWRITABLE, BAD_PATH.
 */
export async function restoreOuts(
  session: Session,
  claim: Claim,
  {
    stage,
    fingerprint,
    outs,
  }: { readonly stage: StageName; readonly fingerprint: Digest; readonly outs: readonly Content[] },
): Promise<boolean> {
  const { root, state, store, hasher } = session;
  const differing = new Set((await compareOuts(session, outs)).map(({ name }) => name));
  const wanted = outs.filter(({ path }) => differing.has(path));
  if (wanted.length === 0) return true;
  const paths = wanted.map(({ path }) => path);
  const above = await findFilesAbove(session, stage, paths);
  const journal = beginJournal(stage, fingerprint);
  claim.note(journal);
  const scratch = scratchFolder(state, journal.scratch);
  try {
    const built: Built[] = [];
    for (const [i, content] of wanted.entries()) {
      const from = join(scratch, String(i));
      built.push({ content, from, manifest: await stageContent(store, content, from) });
    }
    for (const { content, from, manifest } of built) {
      if (manifest !== undefined) hasher.adopt(content.path, from, manifest);
      keepIgnored(session, content.path, from);
    }
    const asides = planAside(root, state, paths, above);
    swap(session, claim, { ...journal, asides }, built);
    return true;
  } catch (error) {
    if (isFermentError(error) && (error.code === 'OBJECT_MISSING' || error.code === 'OBJECT_DAMAGED'))
      return false;
    throw error;
  } finally {
    removeTree(scratch);
    hasher.forget();
  }
}

/**
 * Removes what stands at paths, for a stage whose claim is held: by a rename first, so that a kill leaves all of it or
 * nothing. Throws NO_SPACE, STORE_UNWRITABLE, BAD_PATH; then all is back.
 */
export function removeOuts(
  session: Session,
  claim: Claim,
  {
    stage,
    fingerprint,
    paths,
  }: { readonly stage: StageName; readonly fingerprint: Digest; readonly paths: readonly ProjectPath[] },
): void {
  const asides = planAside(session.root, session.state, paths);
  swap(session, claim, { ...beginJournal(stage, fingerprint), asides }, []);
  session.hasher.forget();
}

/** The plan of what goes aside is made once all is built; until then there is nothing to bring back. */
function beginJournal(stage: StageName, fingerprint: Digest): Journal {
  return {
    stage,
    phase: 'begun',
    fingerprint,
    asides: [],
    checkpoints: [],
    scratch: randomBytes(8).toString('hex'),
    stageFile: null,
    leader: null,
  };
}

function swap(session: Session, claim: Claim, journal: Journal, built: readonly Built[]): void {
  const { root, state } = session;
  claim.note(journal);
  try {
    moveAside(root, journal.asides);
    for (const { content, from } of built) moveInto(from, join(root, content.path));
    claim.note({ ...journal, phase: 'done' });
  } catch (error) {
    throw settleOrLeave(claim, { root, state, journal }, error);
  }
  try {
    dropAside(root, journal.asides);
  } catch {
    // The new outs count; the next command removes the old ones.
    claim.abandon({ ...journal, phase: 'done' });
  }
}
