import type { ErrorObject } from 'ajv';
import { ONE_PATH } from './list-form.ts';

/**
 * Drops the errors that are not the mistake: of alternatives (anyOf, oneOf), the errors of the one whose shape the
 * value has are the mistake; when it has none of their shapes, the union's own error is.
 */
export function sift(errors: readonly ErrorObject[]): readonly ErrorObject[] {
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
