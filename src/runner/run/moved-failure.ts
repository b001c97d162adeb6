import { FermentError, isFermentError } from '../../kit/index.ts';
import type { ProjectPath, Stage } from '../model.ts';
import type { Gathered } from './gather-inputs.ts';
import { findMovedInput } from './moved-inputs.ts';
import type { Session } from './session.ts';

/**
 * The failure of a command, with the input that moved while it ran, where one did: then that may be the cause, and not
 * the program. Other errors come back as they are.
 */
export async function explainFailure(
  session: Session,
  stage: Stage,
  { gathered, error }: { readonly gathered: Gathered; readonly error: unknown },
): Promise<unknown> {
  if (!isFermentError(error) || (error.code !== 'STAGE_FAILED' && error.code !== 'MISSING_OUT')) return error;
  const moved = await movedInput(session, stage, gathered);
  if (moved === undefined) return error;
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  return new FermentError(
    error.code,
    `${error.message} ${moved} changed while it was running, which may be the cause.`,
    { hint: `Run the same command again.${hint}`, cause: error },
  );
}

async function movedInput(
  session: Session,
  stage: Stage,
  gathered: Gathered,
): Promise<ProjectPath | undefined> {
  try {
    return await findMovedInput(session, stage, gathered);
  } catch (error) {
    // The command's own failure is to be told, whatever its inputs are like by now.
    if (isFermentError(error)) return undefined;
    throw error;
  }
}
