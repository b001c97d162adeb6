import { existsSync } from 'node:fs';
import { isFermentError } from '../../kit/index.ts';
import { bytesOfText, manifestText } from '../hash/manifest.ts';
import { put } from '../load/object.ts';
import { projectPath } from '../load/paths.ts';
import type { Content, Inputs, Stage } from '../model.ts';
import { fingerprintOf, nameInputs, outInputs } from '../plan/index.ts';
import { keptOuts, resultOf } from '../run/store-outs.ts';
import { runCachePath, writeRunCache } from '../store/run-cache.ts';
import { itemsByPath, paramsOf } from './compare-stage.ts';
import type { FileRow } from './contents.ts';
import type { DvcEntry, DvcItem } from './dvc-lock.ts';
import { contentOfRows, manifestOfRows } from './finder.ts';
import type { GitVersions } from './git-versions.ts';
import type { ImportContext } from './import-context.ts';
import type { RunsReport } from './report.ts';
import { linesOfRun } from './run-lines.ts';
import { normal, shapeOf, stagesByShape } from './stage-shape.ts';

type Fate = keyof RunsReport;

/** Turns one earlier run after the other into entries of the run cache, and says what became of each. */
export class RunImporter {
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
      names: nameInputs(stage),
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
