import { readdirSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { readText } from '../load/read-text.ts';
import { parseYaml } from '../load/source-file.ts';
import { type DvcEntry, parseDvcEntry, parseDvcLock } from './dvc-lock.ts';
import type { GitVersions } from './git-versions.ts';
import type { ImportContext } from './import-context.ts';
import type { RunsReport } from './report.ts';
import { RunImporter } from './run-importer.ts';

/**
 * Turns earlier runs into entries of the run cache, so that going back to their inputs restores their outs: those of
 * DVC's run cache, and, where that is asked for, those that a dvc.lock had in any commit. A run counts only when all
 * of its inputs and outs are still to be had. Throws NO_SPACE and STORE_UNWRITABLE.
 */
export async function importRuns(
  context: ImportContext,
  { git, allCommits }: { readonly git: GitVersions; readonly allCommits: boolean },
): Promise<RunsReport> {
  const counts = { imported: 0, known: 0, noStage: 0, noInputs: 0, noOuts: 0, damaged: 0 };
  const importer = new RunImporter(context, git);
  const seen = new Set<string>();
  for (const entry of runEntries(join(context.cache, 'runs'))) counts[await importer.add(entry)]++;
  if (!allCommits) return counts;
  for (const entry of lockedEntries(context, git)) {
    const key = JSON.stringify(entry);
    if (seen.has(key)) continue;
    seen.add(key);
    counts[await importer.add(entry)]++;
  }
  return counts;
}

const NAME = /^[0-9a-f]{64}$/;

/** The entries of DVC's run cache; of equal inputs the newest first. Undefined for a file that is no entry. */
function* runEntries(folder: string): Generator<DvcEntry | undefined> {
  for (const shard of namesIn(folder)) {
    for (const key of namesIn(join(folder, shard)).filter((name) => NAME.test(name))) {
      const runs = namesIn(join(folder, shard, key))
        .filter((name) => NAME.test(name))
        .map((name) => join(folder, shard, key, name))
        .map((path) => ({ path, time: statSync(path).mtimeMs }))
        .sort((a, b) => b.time - a.time);
      for (const { path } of runs) {
        const read = readText(path);
        yield read.kind === 'text' ? parseDvcEntry(parseYaml(read.text).data) : undefined;
      }
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The entries that the project's dvc.lock files had in any commit, the newest first. */
function* lockedEntries({ session }: ImportContext, git: GitVersions): Generator<DvcEntry> {
  const files = new Set(session.project.stages.map(({ file }) => posix.join(dirname(file), 'dvc.lock')));
  for (const file of files) {
    for (const { rows } of git.versions(file)) {
      const [row] = rows;
      const bytes = row === undefined ? undefined : git.bytes(row.hashes);
      if (bytes !== undefined) yield* parseDvcLock(bytes.toString(), file).entries.values();
    }
  }
}
