import { didYouMean } from '../../kit/index.ts';
import { take, WholeFloat } from './floats.ts';
import { firstStep, formatKey, type KeyPath, lookUp, namesAt, parseKey } from './key-path.ts';
import { child, indexIn } from './object.ts';
import type { Complaint } from './problems.ts';
import type { Template } from './template-pieces.ts';

/** Called for each template that cannot be filled: where the text stands, and the template as written. */
export type OnBadTemplate = (path: KeyPath, template: string, complaint: Complaint) => void;

/** The value that a template stands for; undefined, and told to `onBad`, where there is none. */
export function templateValue(
  { expression, source }: Template,
  path: KeyPath,
  { scope, onBad }: { readonly scope: unknown; readonly onBad: OnBadTemplate },
): unknown {
  const words = parseKey(expression);
  if (words === undefined) {
    onBad(path, source, {
      message: `${source} is no key such as \${train.lr} or \${items[0]}.`,
      hint: `Write \\${source} for the text itself.`,
    });
    return undefined;
  }
  const found = lookUp(scope, expression);
  if (found.found) {
    const name = found.path.at(-1);
    // Only whole numbers can be marked as floats, and only then their holder must be looked up.
    if (name === undefined || !Number.isInteger(found.value)) return found.value;
    const holder = found.path.slice(0, -1).reduce(child, scope);
    if (!isHolder(holder)) return found.value;
    return take(holder, Array.isArray(holder) ? indexIn(holder, name) : name);
  }
  const holder = found.path.length === 0 ? '' : ` in '${formatKey(found.path)}'`;
  const name = firstStep(found);
  const names = namesAt(found.at);
  onBad(path, source, {
    message: `There is no value '${name}'${holder} for ${source}.`,
    hint: didYouMean(name, names) ?? hintFor(source, words.length === 1 && path.includes('cmd'), names),
  });
  return undefined;
}

/** True for a list or a mapping. */
export function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof WholeFloat);
}

const MAX_NAMED = 12;

function hintFor(source: string, mayBeForShell: boolean, names: readonly string[]): string | undefined {
  if (mayBeForShell) return `Write \\${source} if it is meant for the shell.`;
  if (names.length === 0) return undefined;
  const more = names.length > MAX_NAMED ? ', …' : '';
  return `Known there: ${names.slice(0, MAX_NAMED).join(', ')}${more}.`;
}
