import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type FermentError, isFermentError } from '../../kit/index.ts';
import { findProject } from '../load/find-project.ts';
import { type LoadOptions, loadProject, type Project } from '../load/index.ts';
import type { Summary } from '../run/index.ts';
import { FolderWatcher } from './folder-watcher.ts';
import { SelfMade } from './self-made.ts';
import { compareLooks, type InputChange, type Snapshot } from './snapshot.ts';
import { type Selection, type View, viewOf, viewOfBroken } from './view.ts';

/** What `watch` tells between the runs. */
export type WatchEvent =
  /** A run follows. */
  | { readonly type: 'watch-change'; readonly changes: readonly InputChange[] }
  /** Waits for the next change. */
  | { readonly type: 'watch-waiting' }
  /** The project, or what was asked of it, cannot be used as it is; waits until that has changed. */
  | { readonly type: 'watch-broken'; readonly error: FermentError }
  | { readonly type: 'watch-warning'; readonly text: string };

export interface WatchOptions extends Selection {
  readonly load: LoadOptions;
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** Brings the project up to date. */
  readonly run: (project: Project) => Promise<Summary>;
  readonly onEvent: (event: WatchEvent) => void;
}

/**
 * Runs, waits until something changes that the selected stages read, and runs again, until the signal. A project that
 * cannot be loaded, and a stage that fails, are told, and watching goes on; what stages write is no change. Throws
 * NO_PROJECT and USAGE, where there is no project or target to begin with.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { root } = findProject(options.load.cwd, options.load.file);
  const watcher = new FolderWatcher();
  try {
    await new Rounds(root, options, watcher).all();
  } finally {
    watcher.close();
  }
}

class Rounds {
  readonly #root: string;
  readonly #options: WatchOptions;
  readonly #watcher: FolderWatcher;
  readonly #selfMade = new SelfMade();
  /** The last look before what counts next was read. */
  #last: Snapshot = new Map();
  #view: View | undefined;
  #isPollingTold = false;

  constructor(root: string, options: WatchOptions, watcher: FolderWatcher) {
    this.#root = root;
    this.#options = options;
    this.#watcher = watcher;
  }

  async all(): Promise<void> {
    const { signal, onEvent } = this.#options;
    while (!signal.aborted) {
      const { view, before } = await this.#round();
      this.#view = view;
      if (signal.aborted) return;
      const { seen } = await view.look();
      const { edited, again } = this.#selfMade.divide(compareLooks(before, seen));
      if (again.length > 0) onEvent({ type: 'watch-warning', text: selfMadeText(again) });
      this.#last = seen;
      const changes = edited.length > 0 ? edited : await this.#wait(view, seen);
      if (changes.length > 0) onEvent({ type: 'watch-change', changes });
    }
  }

  /** Loads and runs once. */
  async #round(): Promise<{ readonly view: View; readonly before: Snapshot }> {
    const { load, run, onEvent } = this.#options;
    const isFirst = this.#view === undefined;
    const read = new Set(OWN_FILES.map((name) => join(this.#root, name)));
    let before: Snapshot = this.#last;
    try {
      const project = loadProject({ ...load, onRead: (path) => read.add(path) });
      const { seen } = await viewOf(project, read, this.#options).look();
      // What changed since the last look may or may not have been read just now.
      before = new Map([...seen, ...this.#last]);
      const summary = await run(project);
      // Only now: bundling showed what programs are made of.
      return { view: viewOf(project, read, this.#options, lacksModule(summary)), before };
    } catch (error) {
      if (!isFermentError(error) || (isFirst && error.code === 'USAGE')) throw error;
      onEvent({ type: 'watch-broken', error });
      return { view: viewOfBroken(this.#root, read, this.#view), before };
    }
  }

  /** Resolves with what is different from `base` as soon as something is; with nothing after the signal. */
  async #wait(view: View, base: Snapshot): Promise<readonly InputChange[]> {
    const { signal, onEvent } = this.#options;
    onEvent({ type: 'watch-waiting' });
    for (;;) {
      const started = performance.now();
      let { seen, folders } = await view.look();
      // With a new watch: looked at once more now that nothing can be missed.
      if (this.#watcher.update(folders)) ({ seen, folders } = await view.look());
      this.#tellOfPolling();
      const changes = compareLooks(base, seen);
      if (changes.length > 0) {
        this.#last = seen;
        return changes;
      }
      // Something that writes all the time beside the inputs must not keep a processor busy.
      await rest(5 * (performance.now() - started), signal);
      await this.#watcher.next(signal);
      if (signal.aborted) return [];
    }
  }

  #tellOfPolling(): void {
    if (this.#watcher.isTold || this.#isPollingTold) return;
    this.#isPollingTold = true;
    const text =
      'The system has no more watches to give (see fs.inotify.max_user_watches): looking once a second.';
    this.#options.onEvent({ type: 'watch-warning', text });
  }
}

/** Files in the project's folder that count also while they are not there. */
const OWN_FILES = ['pipeline.yaml', 'dvc.yaml', 'params.yaml', '.gitignore', '.dvcignore'];

/** True when a program could not be bundled: the file that it lacks is nowhere yet. */
function lacksModule({ stages }: Summary): boolean {
  return [...stages.values()].some(({ error }) => error?.code === 'BUNDLE_FAILED');
}

function selfMadeText(changes: readonly InputChange[]): string {
  const paths = changes.map(({ path }) => path).join(', ');
  return `Each run changes ${paths}, which stages read: this is not run again for. Is it an out?`;
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(Math.min(ms, 2000), undefined, { signal });
  } catch {
    // stopped
  }
}
