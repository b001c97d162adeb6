import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { repository } from './project.ts';

/**
 * The real DVC that tests compare with: `FERMENT_DVC` when it is set, else `dvc` of the PATH, else the one that
 * `npm run dvc-for-tests` installs. Undefined where there is none: such tests are then skipped and say so. Throws when
 * `FERMENT_DVC` names no program, because a test that was asked for must not be left out in silence.
 */
export function findDvc(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['FERMENT_DVC'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Error(`FERMENT_DVC must name a program. Received: ${named}`);
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = join(repository, 'node_modules/.cache/dvc-venv/bin');
  return [...folders, installed].map((folder) => join(folder, 'dvc')).find(isProgram);
}

/** What a skipped test prints. */
export const NO_DVC = 'skipped: no DVC to compare with; get one with: npm run dvc-for-tests';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
