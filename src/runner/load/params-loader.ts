import { dirname, posix, resolve } from 'node:path';
import type { ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import { BadSchema, validateWithDefaults } from '../schema/validate.ts';
import { carryAll } from './floats.ts';
import { mergeData } from './merge.ts';
import { applyOverride, layerOf, type Override } from './overrides.ts';
import { originOf, type ParamsFile } from './params.ts';
import type { Problems } from './problems.ts';
import { diagnosticAt, type Part, type Range, rangeOf, type SourceFile } from './source-file.ts';
import type { Workspace } from './workspace.ts';

/** What the command line lays on the default parameter file, and on others. */
export interface ParamsOptions {
  /** Overlays of the default parameter file, absolute. */
  readonly overlays: readonly string[];
  readonly overrides: readonly Override[];
  readonly defaultFile: ProjectPath;
}

/**
 * Reads one parameter file as it counts: overlays merged, overrides set, defaults of its schema filled, validated.
 * Undefined when there is no such file and nothing is laid on it. Problems are collected, never thrown.
 */
export function loadParamsFile(
  workspace: Workspace,
  file: ProjectPath,
  options: ParamsOptions,
): ParamsFile | undefined {
  const { problems } = workspace;
  const before = problems.count;
  const isDefault = file === options.defaultFile;
  const base = workspace.read(file, 'BAD_PARAMS');
  const overlays = isDefault ? options.overlays.map((path) => readOverlay(workspace, path)) : [];
  const overrides = options.overrides.filter(
    (one) => posix.normalize(one.file ?? options.defaultFile) === file,
  );
  const sources = [base, ...overlays].filter((source) => source !== undefined);
  if (sources.length === 0 && overrides.length === 0) return undefined;

  let data: unknown = {};
  for (const source of sources) {
    if (isObject(source.data)) data = mergeData(data, source.data);
    else if (source.data !== null) complainAboutTop(problems, source);
  }
  const schema = sources.map((source) => readSchema(workspace, source)).find((found) => found !== undefined);
  const isReadable = problems.count === before;
  const layers = sources.map((source) => ({ source, at: [] }));
  const fromFiles: ParamsFile = { file, data, layers, isBroken: !isReadable };
  const mayAdd = schema !== undefined || !isReadable;
  const loaded = overrides.reduce((params, override) => lay(problems, params, override, mayAdd), fromFiles);
  return schema === undefined || !isReadable ? loaded : check(problems, loaded, schema);
}

/** With a schema, it is for the schema to say which keys there may be. */
function lay(problems: Problems, params: ParamsFile, override: Override, mayAdd: boolean): ParamsFile {
  const { file, layers } = params;
  const result = applyOverride(params.data, override, mayAdd);
  if ('message' in result) {
    const isThere = layers.length > 0;
    const complaint = isThere ? result : { message: `There is no parameter file '${file}'.` };
    problems.addAt('BAD_PARAMS', override.source, keyRange(override), complaint);
    return params;
  }
  return { ...params, data: result.data, layers: [...layers, { ...layerOf(override), at: result.path }] };
}

function readOverlay(workspace: Workspace, path: string): SourceFile | undefined {
  const source = workspace.readAbsolute(path, 'BAD_PARAMS');
  if (source === undefined) {
    workspace.problems.add(
      'BAD_PARAMS',
      diagnosticAt(
        { name: workspace.nameOf(path), text: '' },
        { start: 0, end: 1 },
        {
          message: 'This parameter file, named with --params, does not exist.',
        },
      ),
    );
  }
  return source;
}

function complainAboutTop(problems: Problems, source: SourceFile): void {
  problems.addAt(
    'BAD_PARAMS',
    source,
    { start: 0, end: 1 },
    {
      message: 'A parameter file must be a mapping of names to values.',
    },
  );
}

interface SchemaFile {
  readonly schema: unknown;
  readonly source: SourceFile;
  readonly range: Range;
}

const MODELINE = /^#\s*yaml-language-server:\s*\$schema=(\S+)/m;

/** The schema that a parameter file names for editors, when it is a file here. */
function readSchema(workspace: Workspace, source: SourceFile): SchemaFile | undefined {
  const match = MODELINE.exec(source.text);
  const target = match?.[1];
  if (
    match === null ||
    target === undefined ||
    !/\.(ya?ml|json)$/i.test(source.name) ||
    /^[a-z]+:\/\//.test(target)
  )
    return undefined;
  const start = match.index + match[0].length - target.length;
  const range = { start, end: start + target.length };
  const path = resolve(dirname(workspace.pathOf(source)), target);
  const complain = (message: string, hint?: string): undefined => {
    workspace.problems.addAt('BAD_PARAMS', source, range, { message, hint });
  };
  const read = workspace.text(path);
  if (read.kind === 'missing')
    return complain(`The schema ${target} does not exist.`, 'Correct the path or remove the line.');
  if (read.kind === 'unreadable') return complain(`The schema ${target} cannot be used: ${read.reason}.`);
  try {
    return { schema: JSON.parse(read.text), source, range };
  } catch (error) {
    return complain(`The schema ${target} is not valid JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

function check(problems: Problems, file: ParamsFile, { schema, source, range }: SchemaFile): ParamsFile {
  try {
    const { value, problems: found } = validateWithDefaults(schema, file.data);
    carryAll(file.data, value);
    for (const { path, part, ...complaint } of found) {
      const origin = originOf(file, path) ?? { source, path: [] };
      const place =
        origin.source.name === '-S'
          ? rangeInOverride(origin.source, part)
          : rangeOf(origin.source, origin.path, part);
      problems.addAt('BAD_PARAMS', origin.source, place, complaint);
    }
    return { ...file, data: value };
  } catch (error) {
    if (!(error instanceof BadSchema)) throw error;
    problems.addAt('BAD_PARAMS', source, range, { message: `The schema is not valid: ${error.message}` });
    return file;
  }
}

function keyRange({ source }: Override): Range {
  return rangeInOverride(source, 'key');
}

/** The key or the value in `[file:][+]key=value`. */
function rangeInOverride({ text }: SourceFile, part: Part): Range {
  const equals = text.indexOf('=');
  if (part === 'value') return { start: equals + 1, end: text.length };
  const start = text.lastIndexOf(':', equals) + 1;
  return { start: text[start] === '+' ? start + 1 : start, end: equals };
}
