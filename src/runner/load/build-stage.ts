import { resolve } from 'node:path';
import type {
  Command,
  Dep,
  NamedPath,
  Out,
  ParamDep,
  ProjectPath,
  Resources,
  Retries,
  Stage,
} from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import type { StageSource } from '../schema/stage-schema.ts';
import { datasetKey, datasetName } from './datasets.ts';
import { parseDuration } from './duration.ts';
import type { KeyPath } from './key-path.ts';
import { isGlob, projectPath, reasonAgainstOut } from './paths.ts';
import type { Complaint } from './problems.ts';
import { parseSize } from './size.ts';

/** Where a stage stands and what its paths are relative to. */
interface Setting {
  readonly name: string;
  readonly group: string;
  readonly file: ProjectPath;
  readonly place: { readonly line: number; readonly column: number; readonly source: string };
  readonly wdir: ProjectPath;
  /** Absolute. */
  readonly root: string;
  /** Default parameter file, relative to wdir's project path. */
  readonly paramsFile: ProjectPath;
  /** What the pipeline file says under `datasets`. */
  readonly datasets: unknown;
  /** Whether something is at an absolute path. */
  readonly isThere: (path: string) => boolean;
  readonly complain: (path: KeyPath, complaint: Complaint, part?: 'key' | 'value') => void;
  readonly warn: (text: string) => void;
}

/** A stage from its validated definition with templates filled. Problems go to `complain`; what is bad is left out. */
export function buildStage(source: StageSource, setting: Setting): Stage {
  const { name, group, file, wdir, place } = setting;
  return {
    name,
    group,
    file,
    line: place.line,
    column: place.column,
    source: place.source,
    desc: source.desc,
    meta: source.meta,
    wdir,
    command: buildCommand(source, setting),
    deps: buildDeps(source.deps, setting),
    outs: [
      ...buildOuts('out', source.outs, setting),
      ...buildOuts('metric', source.metrics, setting),
      ...buildOuts('plot', source.plots, setting),
    ],
    params: buildParams(source.params ?? [], datasetKeys(source.deps, setting), setting),
    env: [...new Set(source.env ?? [])],
    frozen: source.frozen === true,
    alwaysChanged: source.always_changed === true,
    resources: buildResources(source.resources ?? {}, setting),
    timeoutMs: buildTimeout(source.timeout, setting),
    retries: buildRetries(source.retries, setting),
    checkpoints: buildCheckpoints(source.checkpoints, setting),
    graph: source.graph === true,
  };
}

function buildCommand(source: StageSource, { name, wdir, root, complain }: Setting): Command {
  const { cmd, module } = source;
  if (cmd !== undefined && module !== undefined) {
    complain(
      ['module'],
      { message: `Stage '${name}' has both 'cmd' and 'module'; one of them is wanted.` },
      'key',
    );
  }
  if (cmd !== undefined) return { kind: 'shell', lines: typeof cmd === 'string' ? [cmd] : [...cmd] };
  if (module === undefined) {
    const hint = 'Add cmd: with a command line, or module: with a program such as stages/train.ts.';
    complain([], { message: `Stage '${name}' has neither 'cmd' nor 'module'.`, hint }, 'key');
    return { kind: 'shell', lines: [] };
  }
  const path = projectPath(wdir, module, root);
  const reason = reasonAgainstOut(path);
  if (reason !== undefined) {
    complain(['module'], { message: `The program '${module}' cannot be used: ${reason}.` });
  }
  return { kind: 'module', module: path };
}

interface RawPath {
  readonly name: string | undefined;
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where it stands, under the stage. */
  readonly at: KeyPath;
}

/** The paths of a list or a named mapping, in one form. A named path that is null is left out. */
function rawPaths(key: string, value: unknown): readonly RawPath[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, i): RawPath[] => {
      if (typeof item === 'string') return [{ name: undefined, path: item, options: {}, at: [key, i] }];
      return entriesOf(item).map(([path, options]) => ({
        name: undefined,
        path,
        options: isObject(options) ? options : {},
        at: [key, i, path],
      }));
    });
  }
  return entriesOf(value).flatMap(([name, item]): RawPath[] => {
    if (typeof item === 'string') return [{ name, path: item, options: {}, at: [key, name] }];
    if (!isObject(item) || typeof item['path'] !== 'string') return [];
    const { path, ...options } = item;
    return [{ name, path, options, at: [key, name, 'path'] }];
  });
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function buildDeps(value: unknown, setting: Setting): readonly Dep[] {
  return rawPaths('deps', value).flatMap(({ name, path, options, at }): Dep[] => {
    if (datasetName(path) !== undefined) return [];
    if (isAddress(path)) {
      const what = `Stage '${setting.name}' depends on ${path}`;
      setting.warn(`${what}: addresses are not looked at, so nothing reruns when what is there changes.`);
      return [];
    }
    const normal = projectPath(setting.wdir, path, setting.root);
    const reason = reasonAgainstDep(path, normal);
    if (reason !== undefined) {
      setting.complain(at, { message: `The dep '${path}' cannot be used: ${reason}.` });
      return [];
    }
    // A file that is called like a pattern is meant itself, as in DVC.
    const glob = isGlob(path) && !setting.isThere(resolve(setting.root, normal));
    const optional = options['optional'] === true;
    if (optional && !glob) {
      const message = `The dep '${path}' cannot be optional: only a pattern may match nothing.`;
      setting.complain(at, { message, hint: 'Drop optional, or set the path to null where there is none.' });
    }
    return [{ name, path: normal, glob, optional }];
  });
}

/** The data sets that deps name, by their places in the pipeline file. */
function datasetKeys(deps: unknown, setting: Setting): readonly string[] {
  return rawPaths('deps', deps).flatMap(({ path, at }): string[] => {
    const name = datasetName(path);
    if (name === undefined) return [];
    const key = datasetKey(name, setting.datasets);
    if (typeof key === 'string') return [key];
    setting.complain(at, key);
    return [];
  });
}

function isAddress(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}

function reasonAgainstDep(path: string, normal: ProjectPath): string | undefined {
  if (path.includes('\0')) return 'it holds a NUL character';
  if (normal === '.') return 'it is the whole project, with everything that stages write';
  if (/^\.(git|ferment|dvc)(\/|$)/.test(normal)) return `it is inside ${normal.split('/')[0]}`;
  return undefined;
}

function buildOuts(kind: Out['kind'], value: unknown, setting: Setting): readonly Out[] {
  const unnamed = new Set<ProjectPath>();
  return rawPaths(`${kind}s`, value).flatMap(({ name, path, options, at }): Out[] => {
    const normal = writable(path, at, kind, setting);
    // DVC takes a path that a list holds twice for one.
    if (normal === undefined || (name === undefined && unnamed.has(normal))) return [];
    if (name === undefined) unnamed.add(normal);
    const { cache, persist, desc, ...rest } = options;
    return [
      {
        name,
        path: normal,
        kind,
        cache: cache !== false,
        persist: persist === true,
        desc: typeof desc === 'string' ? desc : undefined,
        options: rest,
      },
    ];
  });
}

function buildCheckpoints(value: unknown, setting: Setting): readonly NamedPath[] {
  return rawPaths('checkpoints', value).flatMap(({ name, path, at }): NamedPath[] => {
    const normal = writable(path, at, 'checkpoint', setting);
    return normal === undefined ? [] : [{ name, path: normal }];
  });
}

function writable(path: string, at: KeyPath, kind: string, setting: Setting): ProjectPath | undefined {
  const normal = projectPath(setting.wdir, path, setting.root);
  const reason = reasonAgainstWriting(path, normal);
  if (reason === undefined) return normal;
  const hint = isAddress(path)
    ? 'Write a file of the project, and let the command upload it as well.'
    : undefined;
  setting.complain(at, { message: `The ${kind} '${path}' cannot be used: ${reason}.`, hint });
  return undefined;
}

function reasonAgainstWriting(path: string, normal: ProjectPath): string | undefined {
  if (isAddress(path)) return 'addresses are not supported, only files and folders of the project';
  return isGlob(path) ? 'globs can be deps only' : reasonAgainstOut(normal);
}

/** One ParamDep for each file, the default file first; a file that is listed as a whole is listed without keys. */
function buildParams(
  items: NonNullable<StageSource['params']>,
  datasets: readonly string[],
  setting: Setting,
): readonly ParamDep[] {
  const byFile = new Map<ProjectPath, Set<string> | undefined>();
  const add = (file: ProjectPath, keys: readonly string[]): void => {
    const known = byFile.get(file);
    if (keys.length === 0 || (byFile.has(file) && known === undefined)) byFile.set(file, undefined);
    else byFile.set(file, new Set([...(known ?? []), ...keys]));
  };
  for (const item of items) {
    if (typeof item === 'string') add(setting.paramsFile, [item]);
    else
      for (const [file, keys] of Object.entries(item))
        add(projectPath(setting.wdir, file, setting.root), keys ?? []);
  }
  if (datasets.length > 0) add(setting.file, datasets);
  const files = [...byFile].map(([file, keys]): ParamDep => ({ file, keys: keys && [...keys] }));
  return [
    ...files.filter(({ file }) => file === setting.paramsFile),
    ...files.filter(({ file }) => file !== setting.paramsFile),
  ];
}

function buildResources(source: NonNullable<StageSource['resources']>, { complain }: Setting): Resources {
  const { cpus, gpus, memory } = source;
  const memoryBytes = parseSize(memory);
  if (memory !== undefined && memoryBytes === undefined) {
    complain(['resources', 'memory'], {
      message: `'memory' must be a size such as 4GB, 512MB or 1.5GiB. Received: ${JSON.stringify(memory)}`,
    });
  }
  return {
    cpus: typeof cpus === 'number' ? cpus : 1,
    gpus: typeof gpus === 'number' ? gpus : 0,
    memoryBytes,
  };
}

function buildTimeout(timeout: StageSource['timeout'], { complain }: Setting): number | undefined {
  if (timeout === undefined) return undefined;
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs;
  complain(['timeout'], { message: durationMessage('timeout', timeout, 'longer than 0') });
  return undefined;
}

function buildRetries(source: StageSource['retries'], { complain }: Setting): Retries {
  if (!isObject(source)) return { times: numberOr(source, 0), delayMs: 0, backoff: 1 };
  const { times, delay = 0, backoff } = source;
  const delayMs = parseDuration(delay);
  if (delayMs === undefined)
    complain(['retries', 'delay'], { message: durationMessage('retries.delay', delay, 'not negative') });
  return { times: numberOr(times, 0), delayMs: delayMs ?? 0, backoff: numberOr(backoff, 1) };
}

function durationMessage(name: string, received: unknown, limit: string): string {
  const form = `a time such as 90s, 15m or 2h, or seconds: ${limit}, at most 24 days`;
  return `'${name}' must be ${form}. Received: ${JSON.stringify(received)}`;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
