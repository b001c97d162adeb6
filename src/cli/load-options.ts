import type { LoadOptions } from '../runner/index.ts';
import type { ProjectOptions } from './program.ts';
import type { Terminal } from './terminal.ts';

/** The project that the common options name. */
export function loadOptions(options: ProjectOptions, terminal: Terminal): LoadOptions {
  return { cwd: terminal.cwd, file: options.file, paramsFiles: options.params, overrides: options.set };
}
