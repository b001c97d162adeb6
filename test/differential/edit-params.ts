import type { Apply } from './edits.ts';
import { renderParams } from './render-values.ts';
import { isNumber, isTree, type Tree, type Value, type World } from './world.ts';

const LEAVES = ['alpha', 'beta', 'nest.gamma', 'nest.deeper.delta', 'nest.extra', 'extra'];

/** Edits of parameter files. */
export const paramEdits: Readonly<Record<string, Apply>> = {
  'change a param': (world, { a, b, value }) => setParam(world, a, b % 4, value),
  'add a param': (world, { a, b, value }) => setParam(world, a, 4 + (b % 2), value),
  'remove a param': (world, { a, b }) => setParam(world, a, b % LEAVES.length, undefined),
  'same value, other spelling': (world, { a, b }) => {
    const file = pickFile(world, a);
    const tree = world.params[file] ?? {};
    const respelled = b % 2 === 0 ? reversed(tree) : respell(tree);
    return withParams(world, file, respelled, `respell ${file}`);
  },
};

const VARS = ['own', 'more'] as const;

/** Edits of what templates see beside parameters. */
export const varEdits: Readonly<Record<string, Apply>> = {
  'change a var': (world, { a, value }) => {
    const name = VARS[a % 2] ?? 'own';
    return {
      world: { ...world, vars: { ...world.vars, [name]: value } },
      disk: [],
      said: `change ${name}.word`,
    };
  },
};

function pickFile({ params }: World, pick: number): string {
  const files = Object.keys(params);
  return pick < 60 ? 'params.yaml' : (files[pick % files.length] ?? '');
}

function setParam(world: World, pick: number, leaf: number, value: Value | undefined): ReturnType<Apply> {
  const file = pickFile(world, pick);
  const key = LEAVES[leaf] ?? '';
  const said =
    value === undefined ? `remove ${file}:${key}` : `${file}: ${renderParams('x.yaml', { [key]: value })}`;
  return withParams(world, file, withValue(world.params[file] ?? {}, key.split('.'), value), said.trim());
}

function withParams(world: World, file: string, tree: Tree, said: string): ReturnType<Apply> {
  return { world: { ...world, params: { ...world.params, [file]: tree } }, disk: [], said };
}

function withValue(tree: Tree, [key = '', ...rest]: readonly string[], value: Value | undefined): Tree {
  const old = tree[key];
  const child = rest.length === 0 ? value : withValue(isTree(old) ? old : {}, rest, value);
  const entries = Object.entries({ ...tree, [key]: child });
  return Object.fromEntries(
    entries.flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])),
  );
}

function reversed(tree: Tree): Tree {
  const entries = Object.entries(tree).reverse();
  return Object.fromEntries(entries.map(([key, value]) => [key, isTree(value) ? reversed(value) : value]));
}

/** `1` as `1.0` and back. */
function respell(tree: Tree): Tree {
  const other = (value: Value): Value => {
    if (isTree(value)) return respell(value);
    if (!isNumber(value)) return value;
    const { number } = value;
    if (/^-?\d+$/.test(number)) return { number: `${number}.0` };
    return { number: number.endsWith('.0') ? number.slice(0, -2) : number };
  };
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, other(value)]));
}
