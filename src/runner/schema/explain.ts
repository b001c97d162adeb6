import type { ErrorObject, ValidateFunction } from 'ajv';
import { didYouMean } from '../../kit/index.ts';
import { describeExpected, describeReceived } from './describe.ts';
import { isObject } from './json-schema.ts';
import { listFormHint, ONE_PATH, PATH_OPTIONS } from './list-form.ts';
import { STAGE_NAME } from './names.ts';
import { sift } from './sift-errors.ts';
import { formatPath, pathOf, valueAt } from './value-path.ts';

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

/** A path with options in a list, written in a form that is none. */
function listFormProblem(error: ErrorObject, root: unknown): SchemaProblem | undefined {
  const { keyword, parentSchema } = error;
  const title = parentSchema?.['title'];
  const path = pathOf(error.instancePath, root);
  const isInItem = title === PATH_OPTIONS && typeof path.at(-2) === 'number';
  if (title !== ONE_PATH && !isInItem) return undefined;
  const at = isInItem ? path.slice(0, -1) : path;
  const item = valueAt(root, at);
  const message = `'${formatPath(at)}' must be ${ONE_PATH}. Received: ${describeReceived(item)}`;
  return { path: at, part: 'value', keyword, message, hint: listFormHint(String(at.at(-2)), item) };
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
  const name = path.length === 0 ? 'The file' : `'${formatPath(path)}'`;
  const candidates = Array.isArray(schema['enum']) ? schema['enum'].filter((v) => typeof v === 'string') : [];
  return {
    message: `${name} must be ${describeExpected(schema)}. Received: ${describeReceived(error.data)}`,
    hint: typeof error.data === 'string' ? didYouMean(error.data, candidates) : textHint(schema, error.data),
  };
}

/** For a number, or true, where a text is meant. */
export const QUOTES_HINT = 'Write it in quotes, so that it is text.';

function textHint(schema: unknown, data: unknown): string | undefined {
  return (typeof data === 'number' || typeof data === 'boolean') && takesText(schema)
    ? QUOTES_HINT
    : undefined;
}

/** True where any text would do. */
function takesText(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const forms = schema['anyOf'];
  if (Array.isArray(forms)) return forms.some(takesText);
  return (
    [schema['type']].flat().includes('string') &&
    !Object.hasOwn(schema, 'pattern') &&
    !Object.hasOwn(schema, 'enum')
  );
}

function nameHint(schema: unknown): string | undefined {
  const pattern = isObject(schema) ? schema['pattern'] : undefined;
  if (pattern === STAGE_NAME) return 'Use letters, digits, -, _, dots; no @ : / \\, and no - at the start.';
  return typeof pattern === 'string' ? `A name must match ${pattern}` : undefined;
}

function inside(path: readonly (string | number)[]): string {
  return path.length === 0 ? '' : ` in '${formatPath(path)}'`;
}
