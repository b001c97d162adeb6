import { membersOf, type ParamRef, type World } from './world.ts';

/** What a stage may read of a parameter file. */
export const PARAM_KEYS = [
  'alpha',
  'beta',
  'nest',
  'nest.gamma',
  'nest.deeper',
  'nest.deeper.delta',
  undefined,
];

/** What a stage could read: sources, folders of sources, outs of earlier stages, files inside of these. */
export function readable({ sources, stages }: Pick<World, 'sources' | 'stages'>): readonly string[] {
  const outs = stages.flatMap((stage) =>
    membersOf(stage).flatMap((member) =>
      stage.outs.flatMap(({ path, form }) => {
        const out = path.replaceAll('{}', member);
        return form === 'folder' ? [out, `${out}/data.txt`] : [out];
      }),
    ),
  );
  const files = Object.keys(sources).filter((path) => /^(data|raw)\/.*(?<!\.log)$/.test(path));
  // Outs come several times, so that graphs are deep.
  return [...files, 'raw', 'raw/deep', ...outs, ...outs];
}

/** Without doubles, and without keys of a file that is named as a whole. */
export function distinctParams(refs: readonly ParamRef[]): readonly ParamRef[] {
  const whole = new Set(refs.filter(({ key }) => key === undefined).map(({ file }) => file));
  const seen = new Map(refs.map((ref) => [`${ref.file}:${ref.key ?? ''}`, ref]));
  return [...seen.values()].filter(({ file, key }) => key === undefined || !whole.has(file));
}
