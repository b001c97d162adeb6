import type { BuildOptions, Plugin } from 'esbuild';

/**
 * What esbuild is to begin with: just this file. As a path it takes one with a star for a pattern, and a backslash for
 * a slash, so a program of such a name is given through a plugin, which costs a little for each build.
 */
export function entryAt(file: string): Required<Pick<BuildOptions, 'entryPoints' | 'plugins'>> {
  const isPlain = !/[*\\]/.test(file);
  return {
    entryPoints: [{ in: isPlain ? file : 'entry', out: 'bundle' }],
    plugins: isPlain ? [] : [resolveEntry(file)],
  };
}

function resolveEntry(path: string): Plugin {
  return {
    name: 'entry',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^entry$/ }, ({ kind }) => (kind === 'entry-point' ? { path } : undefined)),
  };
}
