import { buildIfStale, isBuildFresh } from '../build.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The command line's own JavaScript in `dist/`. */
export const bundle = {
  name: 'build',
  alone: false,
  /** @param {Context} context */
  isReady: ({ root }) => isBuildFresh(root),
  /** @param {Context} context */
  run: async ({ root }) => {
    const { files } = await buildIfStale(root);
    return `dist/ has ${files} files`;
  },
};
