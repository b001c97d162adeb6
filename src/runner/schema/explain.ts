import type { ErrorObject, ValidateFunction } from 'ajv';
import { didYouMean } from '../../kit/index.ts';
import { describeExpected, describeReceived } from './describe.ts';
import { isObject } from './json-schema.ts';
import { listFormHint, ONE_PATH, PATH_OPTIONS } from './list-form.ts';
import { STAGE_NAME } from './names.ts';

/** One mistake in a value, at a path in it. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  /** Whether the key itself is wrong (unknown) or its value. */
  readonly part: 'key' | 'value';
  /** The kind of mistake, as the schema's keyword. */
  readonly keyword: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Runs an ajv validator and turns its errors, many for one mistake where forms are alternatives, into one each. */
export function explain(check: ValidateFunction, value: unknown): SchemaProblem[] {
  if (check(value)) return [];
  const problems = sift(check.errors ?? []).map(
    (error) => listFormProblem(error, value) ?? problemOf(error, value),
  );
  // An item in a wrong form is one mistake, however many of its keys are wrong.
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/**
 * Drops the errors that are not the mistake: of alternatives (anyOf, oneOf), the errors of the one whose shape the
 * value has are the mistake; when it has none of their shapes, the union's own error is.
 */
function sift(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const dropped = new Set<ErrorObject>();
  // Inner unions first: what is left of them decides what the outer one says.
  unions.sort((a, b) => b.schemaPath.length - a.schemaPath.length);
  for (const union of unions) {
    const inside = errors.filter((error) => !dropped.has(error) && isInside(error, union));
    const meant = branchesOf(union, inside).filter(
      (branch) => !branch.some((error) => isShapeError(error, union)),
    );
    const chosen = meant.length === 1 ? meant[0] : undefined;
    for (const error of inside) if (chosen === undefined || !chosen.includes(error)) dropped.add(error);
    if (chosen !== undefined) dropped.add(union);
  }
  return errors.filter(
    (error) =>
      !dropped.has(error) && !isEcho(error, errors) && !errors.some((other) => isFormOf(other, error)),
  );
}

/** True when `outer` says that what `error` lies in has the wrong form altogether. */
function isFormOf(outer: ErrorObject, error: ErrorObject): boolean {
  return (
    outer.parentSchema?.['title'] === ONE_PATH && error.instancePath.startsWith(`${outer.instancePath}/`)
  );
}

/** A path with options in a list, written in a form that is none. */
function listFormProblem(error: ErrorObject, root: unknown): SchemaProblem | undefined {
  const { keyword, parentSchema } = error;
  const title = parentSchema?.['title'];
  const path = pathOf(error.instancePath, root);
  const isInItem = title === PATH_OPTIONS && typeof path.at(-2) === 'number';
  if (title !== ONE_PATH && !isInItem) return undefined;
  const at = isInItem ? path.slice(0, -1) : path;
  const item = valueAt(root, at);
  const message = `'${format(at)}' must be ${ONE_PATH}. Received: ${describeReceived(item)}`;
  return { path: at, part: 'value', keyword, message, hint: listFormHint(String(at.at(-2)), item) };
}

function isInside(error: ErrorObject, union: ErrorObject): boolean {
  return (
    error !== union &&
    error.schemaPath.startsWith(`${union.schemaPath}/`) &&
    (error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`))
  );
}

/** The errors of each alternative. */
function branchesOf(union: ErrorObject, inside: readonly ErrorObject[]): ErrorObject[][] {
  const branches = new Map<string, ErrorObject[]>();
  for (const error of inside) {
    const branch = error.schemaPath.slice(union.schemaPath.length + 1).split('/', 1)[0] ?? '';
    branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  return [...branches.values()];
}

/** An error at the union's own place that says: this alternative is for another kind of value. */
function isShapeError(error: ErrorObject, union: ErrorObject): boolean {
  if (error.instancePath !== union.instancePath) return false;
  return ['type', 'const', 'enum', 'pattern', 'anyOf', 'oneOf', 'false schema'].includes(error.keyword);
}

/** propertyNames reports the name's own error and then itself; the second one has the name. */
function isEcho(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  return (
    error.propertyName !== undefined &&
    all.some((other) => other.keyword === 'propertyNames' && other.instancePath === error.instancePath)
  );
}

function problemOf(error: ErrorObject, root: unknown): SchemaProblem {
  const path = pathOf(error.instancePath, root);
  const schema = isObject(error.parentSchema) ? error.parentSchema : {};
  const { keyword } = error;
  const at = (name: unknown): (string | number)[] => [...path, String(name)];
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (keyword) {
    case 'additionalProperties':
      return {
        path: at(params['additionalProperty']),
        part: 'key',
        keyword,
        ...unknownKey(params, schema, path),
      };
    case 'required':
      return {
        path,
        part: 'key',
        keyword,
        message: `The key '${String(params['missingProperty'])}' is missing${inside(path)}.`,
      };
    case 'propertyNames':
      return {
        path: at(params['propertyName']),
        part: 'key',
        keyword,
        message: `The name '${String(params['propertyName'])}' is not allowed${inside(path)}.`,
        hint: nameHint(error.schema),
      };
    default:
      return { path, part: 'value', keyword, ...mismatch(error, schema, path) };
  }
}

function unknownKey(
  params: Readonly<Record<string, unknown>>,
  schema: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
) {
  const name = String(params['additionalProperty']);
  const known = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  return {
    message: `Unknown key '${name}'${inside(path)}.`,
    hint: didYouMean(name, known) ?? (known.length > 0 ? `Known keys: ${known.join(', ')}.` : undefined),
  };
}

function mismatch(
  error: ErrorObject,
  schema: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
) {
  const name = path.length === 0 ? 'The file' : `'${format(path)}'`;
  const candidates = Array.isArray(schema['enum']) ? schema['enum'].filter((v) => typeof v === 'string') : [];
  return {
    message: `${name} must be ${describeExpected(schema)}. Received: ${describeReceived(error.data)}`,
    hint: typeof error.data === 'string' ? didYouMean(error.data, candidates) : undefined,
  };
}

function nameHint(schema: unknown): string | undefined {
  const pattern = isObject(schema) ? schema['pattern'] : undefined;
  if (pattern === STAGE_NAME) return 'Use letters, digits, -, _, dots; no @ : / \\.';
  return typeof pattern === 'string' ? `A name must match ${pattern}` : undefined;
}

function inside(path: readonly (string | number)[]): string {
  return path.length === 0 ? '' : ` in '${format(path)}'`;
}

function format(path: readonly (string | number)[]): string {
  return path
    .map((word, i) => (typeof word === 'number' ? `[${word}]` : `${i === 0 ? '' : '.'}${word}`))
    .join('');
}

/** A JSON pointer as a path; the words that index lists become numbers. */
function pathOf(pointer: string, root: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let at = root;
  for (const word of pointer.split('/').slice(1)) {
    const key = word.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(key) : key);
    if (typeof at !== 'object' || at === null) break;
    at = Array.isArray(at) ? at[Number(key)] : (at as Readonly<Record<string, unknown>>)[key];
  }
  return path;
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let at = root;
  for (const word of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[word];
  }
  return at;
}
