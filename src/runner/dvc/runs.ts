import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { isFermentError } from '../../kit/index.ts';
import { bytesOfText, manifestText } from '../hash/manifest.ts';
import { put } from '../load/object.ts';
import { projectPath } from '../load/paths.ts';
import { readText } from '../load/read-text.ts';
import { parseYaml } from '../load/source-file.ts';
import type { Content, Inputs, Stage } from '../model.ts';
import { fingerprintOf, outInputs } from '../plan/index.ts';
import { mayBeRestored } from '../run/decide.ts';
import { keptOuts, resultOf } from '../run/store-outs.ts';
import { runCachePath, writeRunCache } from '../store/run-cache.ts';
import { itemsByPath, paramsOf } from './compare-stage.ts';
import type { FileRow } from './contents.ts';
import { type DvcEntry, type DvcItem, parseDvcEntry, parseDvcLock } from './dvc-lock.ts';
import { contentOfRows, manifestOfRows } from './finder.ts';
import type { GitVersions } from './git-versions.ts';
import type { ImportContext } from './import-stage.ts';
import type { RunsReport } from './report.ts';
import { linesOfRun } from './run-lines.ts';

type Fate = keyof RunsReport;

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

class RunImporter {
  readonly #context: ImportContext;
  readonly #git: GitVersions;
  readonly #stages: ReadonlyMap<string, readonly Stage[]>;
  readonly #rows = new Map<string, readonly FileRow[] | undefined>();
  /** What was written, or on a dry run would have been. */
  readonly #written: Set<string>;

  constructor(context: ImportContext, git: GitVersions) {
    this.#context = context;
    this.#git = git;
    this.#written = new Set(context.succeeded);
    this.#stages = stagesByShape(context.session.project.stages);
  }

  /** Imports a run for each stage that it may be one of: DVC does not note which it was. */
  async add(entry: DvcEntry | undefined): Promise<Fate> {
    if (entry === undefined) return 'damaged';
    const stages = this.#stages.get(shapeOf(entry.deps.map(normal), entry.outs.map(normal))) ?? [];
    const fates: Fate[] = [];
    for (const stage of stages) fates.push(await this.#importRun(entry, stage));
    // The best that became of it.
    return FATES.find((fate) => fates.includes(fate)) ?? 'noStage';
  }

  async #importRun(entry: DvcEntry, stage: Stage): Promise<Fate> {
    const { session, contents } = this.#context;
    const params = this.#params(entry, stage);
    if (params === undefined) return 'noStage';
    const deps = await this.#collect(stage, entry.deps, stage.deps, false);
    if (deps === undefined) return 'noInputs';
    const { load, dvcLines } = this.#context;
    const lines = { load, root: session.root, dvcLines: dvcLines.get(stage.name) };
    const inputs: Inputs = {
      code: { cmd: linesOfRun(entry, stage, lines) },
      wdir: stage.wdir,
      deps,
      params,
      env: {},
      graph: undefined,
      outs: outInputs(stage.outs),
    };
    const fingerprint = fingerprintOf(inputs);
    if (existsSync(runCachePath(session.state, fingerprint)) || this.#written.has(fingerprint))
      return 'known';
    const outs = await this.#collect(stage, entry.outs, stage.outs, true);
    if (outs === undefined || keptOuts(stage, outs).length < outs.length) return 'noOuts';
    this.#written.add(fingerprint);
    if (!contents.isDry) writeRunCache(session.state, resultOf(stage, fingerprint, outs));
    return 'imported';
  }

  /** The values of exactly the declared parameters, or undefined when the run had others. */
  #params(entry: DvcEntry, stage: Stage): Inputs['params'] | undefined {
    const { root } = this.#context.session;
    const files = Object.keys(entry.params).map((file) => projectPath(stage.wdir, file, root));
    if (files.length !== stage.params.length) return undefined;
    const params: Record<string, Record<string, unknown>> = {};
    for (const { file, keys } of stage.params) {
      const values = paramsOf(entry, stage, { file, root });
      if (values === undefined) return undefined;
      const isSame =
        keys === undefined ||
        (Object.keys(values).length === keys.length && keys.every((key) => Object.hasOwn(values, key)));
      if (!isSame) return undefined;
      put(params, file, keys === undefined ? { '': values } : { ...values });
    }
    return params;
  }

  /** The contents of a run's deps or outs, or undefined when one of them is nowhere to be found. */
  async #collect(
    stage: Stage,
    items: readonly DvcItem[],
    declared: readonly { readonly path: string }[],
    areOuts: boolean,
  ): Promise<readonly Content[] | undefined> {
    const noted = itemsByPath(items, stage, this.#context.session.root);
    const collected: Content[] = [];
    for (const { path } of declared) {
      const item = noted.get(path);
      const content = item === undefined ? undefined : await this.#contentOf(path, item, areOuts);
      if (content === undefined) return undefined;
      collected.push(content);
    }
    return collected;
  }

  async #contentOf(path: string, item: DvcItem, isOut: boolean): Promise<Content | undefined> {
    const { finder, contents } = this.#context;
    const { content: reference, executable } = item;
    if (reference === undefined) return undefined;
    if (!isOut) {
      const now = await this.#findNow(path);
      if (now !== undefined && (await finder.isSame(now, reference))) return now.content;
    }
    const key = `${reference.legacy} ${reference.md5} ${reference.isFolder} ${isOut} ${executable}`;
    let rows = this.#rows.get(key);
    if (!this.#rows.has(key)) {
      rows = await contents.fromCache(reference, { isStoring: isOut, executable });
      this.#rows.set(key, rows);
    }
    rows ??= this.#fromGit(path, item, isOut);
    if (rows === undefined) return undefined;
    const content = contentOfRows(path, rows, reference.isFolder);
    if (isOut && reference.isFolder && !contents.isDry)
      contents.store.keepManifest(content.digest, () => bytesOfText(manifestText(manifestOfRows(rows))));
    return content;
  }

  async #findNow(path: string) {
    try {
      return await this.#context.finder.find(path, false);
    } catch (error) {
      if (isFermentError(error) && error.exit !== 4) return undefined;
      throw error;
    }
  }

  /** Of outs only files: those that git tracks are metrics and the like. */
  #fromGit(path: string, { content, executable }: DvcItem, isOut: boolean): readonly FileRow[] | undefined {
    if (content === undefined || (isOut && content.isFolder)) return undefined;
    const version = this.#git.find(path, content);
    if (version === undefined || !isOut)
      return version?.isFolder === false
        ? version.rows.map((row) => ({ ...row, executable }))
        : version?.rows;
    const [row] = version.rows;
    const bytes = row === undefined ? undefined : this.#git.bytes(row.hashes);
    if (row === undefined || bytes === undefined) return undefined;
    this.#context.contents.keepBytes(row.hashes, bytes);
    return [{ ...row, executable }];
  }
}

const FATES: readonly Fate[] = ['imported', 'known', 'noOuts', 'noInputs', 'noStage'];

/** Stages whose results follow from what DVC notes about a run, by what they read and write, as seen from their folder. */
function stagesByShape(stages: readonly Stage[]): ReadonlyMap<string, readonly Stage[]> {
  const byShape = new Map<string, Stage[]>();
  for (const stage of stages) {
    if (!mayBeRestored(stage) || stage.command.kind !== 'shell' || stage.env.length > 0 || stage.graph)
      continue;
    const seen = ({ path }: { readonly path: string }): string =>
      posix.isAbsolute(path) ? path : posix.relative(stage.wdir, path);
    const shape = shapeOf(stage.deps.map(seen), stage.outs.map(seen));
    byShape.set(shape, [...(byShape.get(shape) ?? []), stage]);
  }
  return byShape;
}

function normal({ path }: DvcItem): string {
  const plain = posix.normalize(path);
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

function shapeOf(deps: readonly string[], outs: readonly string[]): string {
  return JSON.stringify([[...deps].sort(), [...outs].sort()]);
}
