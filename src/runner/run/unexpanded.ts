import type { ProjectPath } from '../model.ts';

/** For a path that is not there, and in which a shell would replace something: that Ferment does not. */
export function unexpandedHint(path: ProjectPath): string | undefined {
  const sign = /(?:^|\/)~[^/]*|\$\{?[A-Za-z_]\w*\}?/.exec(path)?.[0].replace('/', '');
  if (sign === undefined) return undefined;
  return `In paths ${sign} stands for nothing but itself: write the path out, or \${NAME} for a parameter.`;
}
