import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';

/** Where paths of one project are, links of the folders above followed. Each folder is looked at once, until `forget()`. */
export class Locator {
  readonly root: string;
  /** Where folders really are, links followed. */
  readonly #real = new Map<string, string | undefined>();

  constructor(root: string) {
    this.root = root;
  }

  /** Looks at the disk again from now on. */
  forget(): void {
    this.#real.clear();
  }

  /** The absolute path, and the folder that links may not leave. Throws BAD_PATH when a parent leads outside. */
  locate(path: ProjectPath): { readonly absolute: string; readonly linkRoot: string } {
    const absolute = resolve(this.root, path);
    if (isAbsolute(path) || path.startsWith('../')) return { absolute, linkRoot: dirname(absolute) };
    const parent = this.#realFolder(dirname(absolute));
    const root = this.#realFolder(this.root) ?? this.root;
    if (parent === undefined || parent === root || parent.startsWith(root + sep))
      return { absolute, linkRoot: this.root };
    throw new FermentError('BAD_PATH', `${path} goes through a link that leaves the project, to ${parent}.`, {
      hint: 'Copy the data into the project, or declare the real path as a dep of its own.',
    });
  }

  #realFolder(absolute: string): string | undefined {
    if (!this.#real.has(absolute)) this.#real.set(absolute, realpathOrUndefined(absolute));
    return this.#real.get(absolute);
  }
}

function realpathOrUndefined(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
