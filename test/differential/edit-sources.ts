import type { Apply } from './edits.ts';
import { switchOf } from './render-command.ts';
import type { Source, World } from './world.ts';

const isData = (path: string): boolean => /^(data|raw)\//.test(path);

/** Edits of files that stages read, and of the switches that make them fail. */
export const sourceEdits: Readonly<Record<string, Apply>> = {
  'change a source': (world, { a, b }) =>
    onSource(world, a, (path, source) => ({
      sources: { [path]: { ...source, text: `${source.text}${b % 3}\n` } },
      said: `append ${b % 3} to ${path}`,
    })),
  'touch a source': (world, { a }) => {
    const path = pickSource(world, a);
    return path === undefined ? undefined : { world, disk: [{ do: 'touch', path }], said: `touch ${path}` };
  },
  'chmod a source': (world, { a }) =>
    onSource(world, a, (path, source) => ({
      sources: { [path]: { ...source, executable: !source.executable } },
      said: `chmod ${source.executable ? '-x' : '+x'} ${path}`,
    })),
  'remove a source': (world, { a }) =>
    onSource(world, a, (path) => ({
      sources: { [path]: undefined },
      said: `rm ${path}`,
    })),
  'rename a source': (world, { a, b }) =>
    onSource(world, a, (path, source) => ({
      sources: { [path]: undefined, [`raw/moved${b % 3}`]: source },
      said: `mv ${path} raw/moved${b % 3}`,
    })),
  'add a source': (world, { b, a }) => {
    const path = ['raw/new', 'raw/deep/new é', 'raw/fresh/x'][a % 3] ?? '';
    return withSources(world, { [path]: { text: `new ${b % 2}`, executable: false } }, `write ${path}`);
  },
  'break or mend a stage': (world, { a }) => {
    const name = world.stages[a % world.stages.length]?.name;
    if (name === undefined) return undefined;
    const path = switchOf(name);
    const broken = world.sources[path] !== undefined;
    const source = broken ? undefined : { text: '', executable: false };
    return withSources(world, { [path]: source }, `${broken ? 'mend' : 'break'} ${name}`);
  },
};

type Sources = Readonly<Record<string, Source | undefined>>;

function pickSource({ sources }: World, pick: number): string | undefined {
  const paths = Object.keys(sources).filter(isData);
  return paths[pick % paths.length];
}

function onSource(
  world: World,
  pick: number,
  change: (path: string, source: Source) => { readonly sources: Sources; readonly said: string },
): ReturnType<Apply> {
  const path = pickSource(world, pick);
  const source = path === undefined ? undefined : world.sources[path];
  if (path === undefined || source === undefined) return undefined;
  const { sources, said } = change(path, source);
  return withSources(world, sources, said);
}

function withSources(world: World, changes: Sources, said: string): ReturnType<Apply> {
  const merged = Object.entries({ ...world.sources, ...changes });
  const sources = Object.fromEntries(
    merged.flatMap(([path, source]) => (source === undefined ? [] : [[path, source] as const])),
  );
  return { world: { ...world, sources }, disk: [], said };
}
