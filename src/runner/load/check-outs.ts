import { posix } from 'node:path';
import type { ProjectPath } from '../model.ts';
import { DEFAULT_LOCK_FILE } from './lock-name.ts';
import { outPaths } from './out-paths.ts';
import { foldersAbove, projectPath } from './paths.ts';
import type { LoadedStage, PipelineFile } from './pipeline-file.ts';
import { PIPELINE_FILES } from './pipeline-names.ts';
import type { Problems } from './problems.ts';
import { rawPaths } from './raw-paths.ts';

const KEYS = ['outs', 'metrics', 'plots', 'checkpoints'] as const;

/**
 * Refuses outs that are what the project is made of. Such a file would be set aside while its stage runs, and what the
 * next command finds in it would be another project than the one that was run.
 */
export function refuseOwnFiles(
  problems: Problems,
  files: readonly PipelineFile[],
  lockFile: ProjectPath,
): void {
  const own = ownFiles(files, lockFile);
  for (const { source, stages, root } of files) {
    for (const loaded of stages) {
      if (!outPaths(loaded.stage).some((path) => reasonAgainst(path, own) !== undefined)) continue;
      for (const { path, kind, given, at } of writtenBy(loaded, root)) {
        const reason = reasonAgainst(path, own);
        if (reason === undefined) continue;
        const message = `The ${kind} '${given}' cannot be used: ${reason}.`;
        problems.addAtPath(
          'BAD_PIPELINE',
          source,
          { path: [...loaded.path, ...at], part: 'value' },
          { message, hint: 'Let the stage write another file.' },
        );
      }
    }
  }
}

/** Files, and the folders in which they lie, with what is against writing them. */
function ownFiles(files: readonly PipelineFile[], lockFile: ProjectPath): ReadonlyMap<ProjectPath, string> {
  const own = new Map<ProjectPath, string>();
  const add = (file: ProjectPath, what: string): void => {
    own.set(file, what);
    for (const folder of foldersAbove(file)) if (!own.has(folder)) own.set(folder, `${file} is in it`);
  };
  for (const { file, valueFiles } of files) {
    add(file, 'it says what the stages are');
    for (const path of valueFiles) add(path, 'templates take their values from it');
  }
  for (const file of [DEFAULT_LOCK_FILE, lockFile]) add(file, 'Ferment writes it');
  return own;
}

/** A file of this name becomes part of the project as soon as it is there. */
function reasonAgainst(path: ProjectPath, own: ReadonlyMap<ProjectPath, string>): string | undefined {
  const isPipeline = PIPELINE_FILES.some((name) => name === posix.basename(path));
  return own.get(path) ?? (isPipeline ? 'it says what the stages are' : undefined);
}

function writtenBy({ stage, definition }: LoadedStage, root: string) {
  return KEYS.flatMap((key) =>
    rawPaths(key, definition[key]).map(({ path, at }) => ({
      path: projectPath(stage.wdir, path, root),
      kind: key.slice(0, -1),
      given: path,
      at,
    })),
  );
}
