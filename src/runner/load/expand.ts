import { describeReceived } from '../schema/describe.ts';
import { isObject } from '../schema/json-schema.ts';
import { carry, store, take, textOf } from './floats.ts';
import type { KeyPath } from './key-path.ts';
import type { Complaint } from './problems.ts';
import { Filler } from './template.ts';
import type { OnBadTemplate } from './template-value.ts';

/** A stage before its templates are filled: one of a group, or one that stands alone. */
export interface Draft {
  readonly name: string;
  /** The name before `@`. */
  readonly group: string;
  /** Where its definition stands in the file. */
  readonly path: KeyPath;
  readonly definition: Readonly<Record<string, unknown>>;
  /** What templates may name. */
  readonly scope: unknown;
}

export interface Reporter {
  readonly onBad: OnBadTemplate;
  readonly complain: (path: KeyPath, complaint: Complaint, part?: 'key' | 'value') => void;
}

/** The drafts of one entry of `stages`: of `foreach` or `matrix` one for each item. */
export function expandEntry(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  scope: unknown,
  reporter: Reporter,
): readonly Draft[] {
  const path: KeyPath = ['stages', name];
  if (Object.hasOwn(entry, 'foreach') || Object.hasOwn(entry, 'do')) {
    return expandForeach(name, entry, scope, reporter);
  }
  if (!Object.hasOwn(entry, 'matrix')) return [{ name, group: name, path, definition: entry, scope }];
  const { matrix, ...definition } = entry;
  return draftsOf(name, path, definition, scope, combine(name, matrix, scope, reporter), reporter);
}

/** What one item of a group is called and what its templates see, as `take` gives it. */
interface Item {
  readonly suffix: string;
  /** What tells items of one suffix apart: those of a matrix may be written `a-b` and `c`, or `a` and `b-c`. */
  readonly parts: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

function expandForeach(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  scope: unknown,
  reporter: Reporter,
): readonly Draft[] {
  const path: KeyPath = ['stages', name];
  const { foreach: list, do: body, desc, meta, ...others } = entry;
  if (list === undefined || body === undefined) {
    const [has, lacks] = list === undefined ? ['do', 'foreach'] : ['foreach', 'do'];
    reporter.complain([...path, has], { message: `Stage '${name}' has '${has}' without '${lacks}'.` }, 'key');
    return [];
  }
  for (const key of Object.keys(others)) {
    reporter.complain(
      [...path, key],
      {
        message: `'${key}' cannot stand beside 'foreach'.`,
        hint: key === 'matrix' ? 'A group has one of the two.' : "Move it under 'do'.",
      },
      'key',
    );
  }
  if (!isObject(body)) return [];
  const values = new Filler(scope, reporter.onBad).fill(list, [...path, 'foreach']);
  if (values === undefined) return [];
  const items = itemsOf(values);
  if (items === undefined) {
    reporter.complain([...path, 'foreach'], {
      message: `'foreach' must be a list or a mapping. Received: ${describeReceived(values)}`,
    });
    return [];
  }
  const shared = desc === undefined ? body : { desc, ...body };
  const definition = meta === undefined ? shared : { meta, ...shared };
  return draftsOf(name, [...path, 'do'], definition, scope, items, reporter);
}

/** A list of scalars is named by its items, a list with mappings or lists by index, a mapping by its keys. */
function itemsOf(values: unknown): readonly Item[] | undefined {
  if (Array.isArray(values)) {
    const areScalars = values.every((item) => typeof item !== 'object' || item === null);
    return values.map((_, i) => {
      const item = take(values, i);
      const suffix = areScalars ? textOf(item) : String(i);
      return { suffix, parts: [suffix], values: { item } };
    });
  }
  if (!isObject(values)) return undefined;
  return Object.keys(values).map((key) => ({
    suffix: key,
    parts: [key],
    values: { item: take(values, key), key },
  }));
}

/** All combinations of a matrix, the last variable changing fastest. */
function combine(name: string, matrix: unknown, scope: unknown, reporter: Reporter): readonly Item[] {
  if (!isObject(matrix)) return [];
  const filler = new Filler(scope, reporter.onBad);
  let rows: { parts: string[]; item: Record<string, unknown> }[] = [{ parts: [], item: {} }];
  for (const [variable, list] of Object.entries(matrix)) {
    const path = ['stages', name, 'matrix', variable];
    const filled = filler.fill(list, path);
    // DVC takes the keys of a mapping.
    const values = isObject(filled) ? Object.keys(filled) : filled;
    if (!Array.isArray(values)) {
      const message = `'matrix.${variable}' must be a list. Received: ${describeReceived(values)}`;
      if (values !== undefined) reporter.complain(path, { message });
      return [];
    }
    if (rows.length * values.length > MAX_GROUP) {
      const message = `The matrix has more than ${MAX_GROUP} combinations.`;
      reporter.complain(['stages', name, 'matrix'], { message }, 'key');
      return [];
    }
    rows = rows.flatMap((row) =>
      values.map((value, i) => {
        const item = carry(row.item, { ...row.item });
        store(item, variable, take(values, i));
        const isComposite = typeof value === 'object' && value !== null;
        return { parts: [...row.parts, isComposite ? `${variable}${i}` : textOf(take(values, i))], item };
      }),
    );
  }
  return rows.map(({ parts, item }) => {
    const suffix = parts.join('-');
    return { suffix, parts, values: { item, key: suffix } };
  });
}

/** More stages in one group are a mistake; a few lines of matrix can ask for billions. */
const MAX_GROUP = 10_000;

function draftsOf(
  group: string,
  path: KeyPath,
  definition: Readonly<Record<string, unknown>>,
  scope: unknown,
  items: readonly Item[],
  { complain }: Reporter,
): readonly Draft[] {
  const seen = new Map<string, string>();
  const drafts: Draft[] = [];
  for (const { suffix, parts, values } of items) {
    const name = `${group}@${suffix}`;
    const id = JSON.stringify(parts);
    if (suffix.trim() === '' || /[\u0000-\u001f\u007f]/.test(suffix)) {
      complain(
        ['stages', group],
        {
          message: `The name of an item must not be empty or hold line breaks. Received: ${JSON.stringify(suffix)}`,
          // Only the items of a list have no key.
          hint: Object.hasOwn(values, 'key')
            ? 'Give each key of the mapping, or each value of the matrix, a text: it names the stage.'
            : 'Use a mapping: its keys are the names, its values the items.',
        },
        'key',
      );
    } else if (seen.get(name) === id) {
      // An item that stands twice is one stage, as in DVC.
      continue;
    } else if (seen.has(name)) {
      complain(['stages', group], { message: `Two stages of the group are called '${name}'.` }, 'key');
    } else {
      drafts.push({ name, group, path, definition, scope: mergeScope(scope, values) });
    }
    seen.set(name, id);
  }
  return drafts;
}

/** `item` and `key` replace what the parameters may hold under these names. */
function mergeScope(scope: unknown, values: Readonly<Record<string, unknown>>): unknown {
  const before = isObject(scope) ? scope : {};
  const merged: Record<string, unknown> = carry(before, { ...before });
  for (const [key, value] of Object.entries(values)) store(merged, key, value);
  return merged;
}
