import { DiagnosticsError, didYouMean } from '../../kit/index.ts';
import { describeReceived } from '../schema/describe.ts';
import { isObject } from '../schema/json-schema.ts';
import { store, take } from './floats.ts';
import { firstStep, formatKey, type KeyPath, lookUp, namesAt, parseKey } from './key-path.ts';
import { child } from './object.ts';
import type { Layer } from './params.ts';
import type { Complaint } from './problems.ts';
import { diagnosticAt, parseYaml, type SourceFile } from './source-file.ts';

/** One `-S [file:]key=value` of the command line; `+key=value` may add a key. */
export interface Override {
  /** As typed, or undefined for the default parameter file. */
  readonly file: string | undefined;
  readonly path: KeyPath;
  readonly mayAdd: boolean;
  /** As `take` gives it. */
  readonly value: unknown;
  /** The value's text, for messages. */
  readonly source: SourceFile;
}

const FORM = /^(?:([^=:]+):)?(\+?)([^=]+)=([\s\S]*)$/;

/** Parses `[file:]key=value`, the value as YAML. Throws BAD_PARAMS that points into the argument. */
export function parseOverride(argument: string): Override {
  const match = FORM.exec(argument);
  const path = match?.[3] === undefined ? undefined : parseKey(match[3]);
  const whole = { name: '-S', text: argument };
  if (match === null || path === undefined) {
    throw new DiagnosticsError('BAD_PARAMS', [
      diagnosticAt(
        whole,
        { start: 0, end: argument.length },
        {
          message: `An override must be key=value or file:key=value. Received: ${argument}`,
          hint: 'For example: -S train.learningRate=0.01',
        },
      ),
    ]);
  }
  const text = match[4] ?? '';
  const parsed = parseYaml(text);
  const { data, problems } = parsed;
  if (problems.length > 0) {
    const offset = argument.length - text.length;
    throw new DiagnosticsError(
      'BAD_PARAMS',
      problems.map((problem) =>
        diagnosticAt(whole, { start: offset + problem.start, end: offset + problem.end }, problem),
      ),
    );
  }
  const source = { ...whole, data };
  return { file: match[1], path, mayAdd: match[2] === '+', value: take(parsed, 'data'), source };
}

/** A layer that stands for an override: its places are in the argument itself. */
export function layerOf(override: Override): Layer {
  return { source: override.source, at: override.path };
}

/** The data with one override set, or what is wrong with it. A key that holds dots itself is found too. */
export function applyOverride(
  data: unknown,
  override: Override,
  mayAdd: boolean,
): { readonly data: unknown; readonly path: KeyPath } | Complaint {
  const key = formatKey(override.path);
  const known = lookUp(data, key);
  if (known.found) return { data: setAt(data, known.path, override.value), path: known.path };
  const isMapping = isObject(known.at) || known.at === null || known.at === undefined;
  if (!isMapping) {
    const what = Array.isArray(known.at) ? describeReceived(known.at) : 'no mapping';
    return { message: `'${formatKey(known.path)}' is ${what}, so '${key}' cannot be set in it.` };
  }
  if (!mayAdd && !override.mayAdd) {
    return {
      message: `There is no parameter '${key}'.`,
      hint: didYouMean(firstStep(known), namesAt(known.at)) ?? `Write +${key}=… to add it.`,
    };
  }
  return { data: setAt(data, override.path, override.value), path: override.path };
}

/** A copy in which the value stands at the path. */
function setAt(holder: unknown, [word, ...rest]: KeyPath, value: unknown): unknown {
  if (word === undefined) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(holder) ? [] : {};
  const next = setAt(child(holder, word), rest, value);
  if (typeof holder === 'object' && holder !== null) {
    for (const key of Object.keys(holder)) store(copy, key, key === String(word) ? next : take(holder, key));
  }
  if (!Object.hasOwn(copy, word)) store(copy, word, next);
  return copy;
}
