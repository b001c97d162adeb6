import type { Apply } from './edits.ts';

/** What .dvcignore may say. Commands do not read what it is about, so that no result hangs on it. */
export const IGNORE_LINES: readonly string[] = [
  '*.log',
  'run.log',
  '/raw/*.log',
  '!notes.log',
  'out/**/more.*',
];

/** Edits of .dvcignore. */
export const ignoredEdits: Readonly<Record<string, Apply>> = {
  'edit .dvcignore': (world, { a }) => {
    const line = IGNORE_LINES[a % IGNORE_LINES.length] ?? '';
    const ignored = world.ignored.includes(line)
      ? world.ignored.filter((one) => one !== line)
      : [...world.ignored, line];
    return { world: { ...world, ignored }, disk: [], said: `.dvcignore: ${ignored.join(' ')}` };
  },
};
