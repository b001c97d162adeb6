import type { Terminal } from '../kit/index.ts';
import type { LoadOptions } from '../runner/index.ts';
import type { ProjectOptions } from './program.ts';

/** The project that the common options name. */
export function loadOptions(options: ProjectOptions, terminal: Terminal): LoadOptions {
  const { file, params = [], set = [] } = options;
  return { cwd: terminal.cwd, file, paramsFiles: params, overrides: set };
}
