import { join } from 'node:path';
import { digestOf } from '../../kit/index.ts';
import type { StageName } from '../model.ts';

/** Ferment's own folder in a project. */
export const STATE_FOLDER = '.ferment';

/** The name of a stage as a file name: other characters than letters, digits and `@._-` as %XX; long ones cut and marked. */
export function fileNameOf(stage: StageName): string {
  const name = stage.replace(/[^A-Za-z0-9@._-]/gu, (c) =>
    encodeURIComponent(c).replace(/[!'()*~]/g, percent),
  );
  // The second attempt of `x` has a log of its own, which must not be that of a stage of that name.
  const safe = name.replace(/^\./, '%2E').replace(/\.(?=attempt-\d+$)/, '%2E');
  return safe.length <= 120 ? safe : `${safe.slice(0, 100)}-${digestOf(stage).slice(0, 16)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

export function journalFolder(state: string): string {
  return join(state, 'journal');
}

export function journalFile(state: string, stage: StageName): string {
  return join(journalFolder(state), `${fileNameOf(stage)}.json`);
}
