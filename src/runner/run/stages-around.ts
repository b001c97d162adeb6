import { realpathSync } from 'node:fs';
import { readTextIfAny } from '../../kit/index.ts';
import type { StageName } from '../model.ts';

/**
 * The stages of a project in whose commands this process was started, the innermost first: a stage's command may run
 * another stage, whose command may run this. None whose command has ended: its stage file is gone then, while the
 * variables stay with what it left running.
 */
export function stagesAround(root: string): readonly StageName[] {
  const found: StageName[] = [];
  const seen = new Set<string>();
  for (let path = process.env['FERMENT_STAGE_FILE']; path !== undefined && !seen.has(path); ) {
    seen.add(path);
    const file = readStageFile(path);
    if (file === undefined) break;
    if (isSameFolder(file.root, root)) found.push(file.stage);
    path = file.within;
  }
  return found;
}

function readStageFile(
  path: string,
): (Readonly<Record<'stage' | 'root', string>> & { within?: string }) | undefined {
  try {
    const { stage, root, within } = JSON.parse(readTextIfAny(path) ?? '') as Record<string, unknown>;
    if (typeof stage !== 'string' || typeof root !== 'string') return undefined;
    return { stage, root, ...(typeof within === 'string' ? { within } : {}) };
  } catch {
    return undefined;
  }
}

/** Either may have been reached through a link. */
function isSameFolder(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
