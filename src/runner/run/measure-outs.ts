import { join } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import type { Measured } from '../hash/measured.ts';
import type { Content, Stage } from '../model.ts';
import { isThere } from './aside.ts';
import type { Session } from './session.ts';
import { isStoreFailure } from './store-outs.ts';
import { unexpandedHint } from './unexpanded.ts';

/** Hashes what the command made, storing small files on the way. Throws MISSING_OUT. */
export async function measureOuts(
  session: Session,
  stage: Stage,
  warn: (text: string) => void,
): Promise<readonly Content[]> {
  for (const { path } of stage.outs) {
    if (isThere(join(session.root, path))) continue;
    throw new FermentError(
      'MISSING_OUT',
      `Stage '${stage.name}' succeeded without writing its out ${path}.`,
      {
        hint:
          unexpandedHint(path) ?? 'Let its program write there, or correct the path in the pipeline file.',
      },
    );
  }
  session.hasher.forget();
  const contents: Content[] = [];
  for (const { path, cache } of stage.outs) {
    const measured = await measureOut(session, path, cache);
    if (measured.content.size === 0) warn(`The out ${path} is empty.`);
    contents.push(measured.content);
  }
  return contents;
}

/** A full disk is no reason not to hash; what could not be stored on the way is tried again, and reported, later. */
async function measureOut(session: Session, path: string, cache: boolean): Promise<Measured> {
  let measured: Measured | undefined;
  try {
    measured = await session.hasher.measure(path, cache ? session.store : undefined);
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    session.hasher.forget();
    measured = await session.hasher.measure(path);
  }
  if (measured === undefined)
    throw new FermentError('MISSING_OUT', `The out ${path} was removed while it was hashed.`);
  return measured;
}
