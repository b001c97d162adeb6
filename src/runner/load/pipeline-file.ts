import { dirname, posix } from 'node:path';
import type { ProjectPath, Stage } from '../model.ts';
import { QUOTES_HINT } from '../schema/explain.ts';
import { isObject } from '../schema/json-schema.ts';
import { pipelineSchema } from '../schema/pipeline-schema.ts';
import { type StageSource, stageSchema } from '../schema/stage-schema.ts';
import { validate } from '../schema/validate.ts';
import { valueAt } from '../schema/value-path.ts';
import { buildStage } from './build-stage.ts';
import { type Draft, expandEntry, type Reporter } from './expand.ts';
import { textOf } from './floats.ts';
import type { KeyPath } from './key-path.ts';
import { namedFiles } from './named-files.ts';
import { projectPath, reasonAgainstOut } from './paths.ts';
import type { Complaint, Problems } from './problems.ts';
import { complainOfTemplates, sickStages } from './sick-stages.ts';
import { type Part, rangeOf, type SourceFile, valueSpanOf } from './source-file.ts';
import { createStagePlaces, type Place } from './stage-places.ts';
import { Filler, type PasteOptions } from './template.ts';
import { extendWithVars, type VarsContext } from './vars.ts';
import type { Workspace } from './workspace.ts';

/** A stage with what is needed to point at its parts later. */
export interface LoadedStage {
  readonly stage: Stage;
  readonly definition: StageSource;
  readonly path: KeyPath;
}

/** One pipeline file, its stages built. */
export interface PipelineFile {
  /** Absolute path of the project. */
  readonly root: string;
  readonly file: ProjectPath;
  readonly folder: ProjectPath;
  readonly source: SourceFile;
  /** What stands beside the stages, templates filled. */
  readonly top: Readonly<Record<string, unknown>>;
  readonly stages: readonly LoadedStage[];
  /** The files whose values templates may name: the default parameter file, there or not, and those in `vars`. */
  readonly valueFiles: ReadonlySet<ProjectPath>;
}

type Built = Pick<PipelineFile, 'top' | 'stages' | 'valueFiles'>;

/** What filling a pipeline file needs of the parameters. */
export interface PipelineContext extends VarsContext {
  readonly workspace: Workspace;
  /** Values of the default parameter file beside the pipeline file; undefined when it has mistakes. */
  readonly scopeOf: (folder: ProjectPath) => unknown;
  /** How values are pasted into commands. */
  readonly paste: PasteOptions;
}

/** Reads, validates and builds one pipeline file; problems are collected, and what is bad is left out. */
export function loadPipelineFile(file: ProjectPath, context: PipelineContext): PipelineFile | undefined {
  const { workspace } = context;
  const { problems } = workspace;
  const before = problems.count;
  const folder = dirname(file) === '.' ? '.' : posix.normalize(dirname(file));
  // First, so that mistakes in both files are told together.
  const scope = context.scopeOf(folder);
  const source = workspace.read(file, 'BAD_PIPELINE');
  if (source === undefined || source.text === '') return undefined;
  const data = source.data ?? {};
  const isRead = problems.count === before;
  const mistakes = isRead || source.data !== null ? validate(pipelineSchema, data) : [];
  // What could not be read stands there as null, which is no mistake of its own.
  const own = mistakes.filter(({ path }) => !isTold(source, path, problems));
  for (const { path, part, ...complaint } of own)
    problems.addAtPath('BAD_PIPELINE', source, { path, part }, complaint);
  const sick = isRead ? sickStages(mistakes) : undefined;
  // Those without a mistake in them are built all the same, so that what is wrong with their values is told too.
  const built =
    sick && isObject(data) ? new Builder(file, folder, source, context).build(data, scope, sick) : undefined;
  // So that mistakes in other parameter files are told with these.
  if (problems.count > before) for (const name of namedFiles(data, folder)) context.paramsOf(name);
  return built && mistakes.length === 0
    ? { root: workspace.root, file, folder, source, ...built }
    : undefined;
}

function isTold(source: SourceFile, path: KeyPath, problems: Problems): boolean {
  const span = valueSpanOf(source, path);
  return span !== undefined && problems.hasAt(source, span);
}

/** What stands in the file may be in quotes already: a template that is a whole text takes its value with the type. */
function aboutTemplate(complaint: Complaint, written: unknown): Complaint {
  if (complaint.hint !== QUOTES_HINT || typeof written !== 'string') return complaint;
  const hint = `A template that is a whole text keeps the type of its value. For a path write ./${written.trim()}, or write the value in quotes where it stands.`;
  return { ...complaint, hint };
}

class Builder {
  readonly #file: ProjectPath;
  readonly #folder: ProjectPath;
  readonly #source: SourceFile;
  readonly #context: PipelineContext;
  readonly #placeOf: (name: string) => Place;
  #datasets: unknown;
  #loaded: ReadonlySet<ProjectPath> = new Set();
  readonly #valueFiles: Set<ProjectPath>;

  constructor(file: ProjectPath, folder: ProjectPath, source: SourceFile, context: PipelineContext) {
    this.#file = file;
    this.#folder = folder;
    this.#source = source;
    this.#valueFiles = new Set([posix.join(folder, 'params.yaml')]);
    this.#context = {
      ...context,
      paramsOf: (path) => {
        this.#valueFiles.add(path);
        return context.paramsOf(path);
      },
    };
    this.#placeOf = createStagePlaces(source);
  }

  /** Leaves out the entries that are sick. */
  build(data: Readonly<Record<string, unknown>>, parameters: unknown, sick: ReadonlySet<unknown>): Built {
    const reporter = this.#reporter([]);
    this.#datasets = data['datasets'];
    const { scope, loaded } = extendWithVars(parameters, data['vars'], {
      ...this.#context,
      folder: this.#folder,
      path: ['vars'],
      reporter,
      loaded: new Set([posix.join(this.#folder, 'params.yaml')]),
    });
    this.#loaded = loaded;
    const entries = isObject(data['stages']) ? Object.entries(data['stages']) : [];
    const stages = entries.flatMap(([name, entry]) => {
      if (!isObject(entry)) return [];
      if (sick.has(name)) {
        const { onBad } = this.#reporter(['stages', name]);
        complainOfTemplates(entry, new Filler(scope, onBad, this.#context.paste));
        return [];
      }
      return expandEntry(name, entry, scope, reporter).flatMap((draft) => this.#stage(draft) ?? []);
    });
    const { params, metrics, plots, artifacts } = data;
    const top = new Filler(scope, reporter.onBad).fill({ params, metrics, plots, artifacts }, []);
    return { stages, top: isObject(top) ? top : {}, valueFiles: this.#valueFiles };
  }

  #stage(draft: Draft): LoadedStage | undefined {
    const { problems } = this.#context.workspace;
    const before = problems.count;
    const reporter = this.#reporter(draft.path);
    const wdir = this.#wdir(draft, reporter);
    const { vars, meta, cmd, ...rest } = draft.definition;
    const { scope } = extendWithVars(draft.scope, vars, {
      ...this.#context,
      folder: wdir,
      path: ['vars'],
      reporter,
      loaded: this.#loaded,
    });
    const filler = new Filler(scope, reporter.onBad, this.#context.paste);
    const filled = filler.fill(rest, []);
    const definition: Record<string, unknown> = { ...(isObject(filled) ? filled : {}) };
    const { desc } = definition;
    if (typeof desc === 'number' || typeof desc === 'boolean') definition['desc'] = textOf(desc);
    if (meta !== undefined) definition['meta'] = meta;
    if (cmd !== undefined) definition['cmd'] = filler.fillCommand(cmd, ['cmd']);
    if (problems.count > before) return undefined;
    for (const { path, part, ...complaint } of validate(stageSchema, definition)) {
      reporter.complain(path, aboutTemplate(complaint, valueAt(rest, path)), part);
    }
    if (problems.count > before) return undefined;
    // The schema's own check just passed; the type says the same.
    const source = definition as StageSource;
    const stage = buildStage(source, {
      ...this.#names(draft),
      file: this.#file,
      place: this.#placeOf(draft.group),
      wdir,
      root: this.#context.workspace.root,
      paramsFile: posix.join(wdir, 'params.yaml'),
      datasets: this.#datasets,
      isThere: (path) => this.#context.workspace.isThere(path),
      complain: reporter.complain,
      warn: (text) => problems.warn(text),
    });
    return { stage, definition: source, path: draft.path };
  }

  /** Stages of a sub-folder are called by it: `features:train`. */
  #names({ name, group }: Draft): { readonly name: string; readonly group: string } {
    return this.#folder === '.'
      ? { name, group }
      : { name: `${this.#folder}:${name}`, group: `${this.#folder}:${group}` };
  }

  #wdir(draft: Draft, reporter: Reporter): ProjectPath {
    const given = draft.definition['wdir'];
    if (given === undefined) return this.#folder;
    const wdir = new Filler(draft.scope, reporter.onBad).fill(given, ['wdir']);
    if (typeof wdir !== 'string') return this.#folder;
    const path = projectPath(this.#folder, wdir, this.#context.workspace.root);
    const reason = path === '.' ? undefined : reasonAgainstOut(path);
    if (reason === undefined) return path;
    reporter.complain(['wdir'], { message: `The folder '${wdir}' cannot be used: ${reason}.` });
    return this.#folder;
  }

  /** Reports at paths under `base` in this file. */
  #reporter(base: KeyPath): Reporter {
    const { problems } = this.#context.workspace;
    return {
      onBad: (path, template, complaint) => {
        const range = rangeOf(this.#source, [...base, ...path], 'value');
        const at = this.#source.text.indexOf(template, range.start);
        const isThere = at >= 0 && at < Math.max(range.end, range.start + 1);
        const exact = isThere ? { start: at, end: at + template.length } : range;
        problems.addAt('BAD_PIPELINE', this.#source, exact, complaint);
      },
      complain: (path: KeyPath, complaint: Complaint, part: Part = 'value') => {
        problems.addAtPath('BAD_PIPELINE', this.#source, { path: [...base, ...path], part }, complaint);
      },
    };
  }
}
