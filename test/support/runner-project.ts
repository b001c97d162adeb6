import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import {
  loadProject,
  type ReproOptions,
  type RunEvent,
  repro,
  type Summary,
} from '../../src/runner/index.ts';
import { repository } from './project.ts';
import { temporaryFolder } from './temporary.ts';

/** What one repro did. */
export interface Ran {
  readonly summary: Summary;
  readonly events: readonly RunEvent[];
  /** Stage to outcome. */
  readonly outcomes: Readonly<Record<string, string>>;
  /** All warnings, of stages and of the run, in order. */
  readonly warnings: readonly string[];
}

/** A real project in a temporary folder, driven through the library. */
export interface RunnerProject {
  readonly root: string;
  write(path: string, text: string): void;
  read(path: string): string;
  has(path: string): boolean;
  remove(path: string): void;
  repro(options?: ReproOptions): Promise<Ran>;
}

export function runnerProject(
  files: Readonly<Record<string, string>>,
  root = temporaryFolder(),
): RunnerProject {
  const at = (path: string): string => join(root, path);
  const project: RunnerProject = {
    root,
    write: (path, text) => {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text);
    },
    read: (path) => readFileSync(at(path), 'utf8'),
    has: (path) => existsSync(at(path)),
    remove: (path) => rmSync(at(path), { recursive: true }),
    repro: async (options = {}) => {
      const events: RunEvent[] = [];
      const onEvent = (event: RunEvent): void => {
        events.push(event);
        options.onEvent?.(event);
      };
      const summary = await repro(loadProject({ cwd: root }), { ...options, onEvent });
      return {
        summary,
        events,
        outcomes: Object.fromEntries([...summary.stages].map(([name, { outcome }]) => [name, outcome])),
        warnings: events.flatMap((event) =>
          event.type === 'stage-warning' || event.type === 'run-warning' ? [event.text] : [],
        ),
      };
    },
  };
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  return project;
}

/** Resolves when a path exists: for tests that act while a command is running. */
export async function untilThere(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Resolves when a process has ended; one that nobody waited for may stay as a zombie. */
export async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A program of this folder as plain JavaScript, built once: starting a compiler for each process takes longer than its work. */
export function builtProgram(name: 'repro-process' | 'sweep-process'): string {
  const outfile = join(repository, 'node_modules/.cache/ferment-test', `${name}-${process.pid}.mjs`);
  if (!existsSync(outfile)) {
    const entryPoints = [join(import.meta.dirname, `${name}.ts`)];
    buildSync({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node', packages: 'external' });
    process.once('exit', () => rmSync(outfile, { force: true }));
  }
  return outfile;
}

/** A repro in a process of its own, to be killed. `seen` resolves at its first event of a type. */
export function reproProcess(
  root: string,
  options: Pick<ReproOptions, 'targets' | 'force' | 'singleItem' | 'without'> = {},
): {
  readonly pid: number;
  seen(type: RunEvent['type']): Promise<void>;
  kill(): void;
  readonly ended: Promise<Readonly<Record<string, string>>>;
} {
  const child = spawn(process.execPath, [builtProgram('repro-process'), root, JSON.stringify(options)], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const types = new Set<string>();
  let outcomes: Readonly<Record<string, string>> = {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as { type: string; outcomes?: Readonly<Record<string, string>> };
    types.add(message.type);
    outcomes = message.outcomes ?? outcomes;
  });
  const ended = new Promise<Readonly<Record<string, string>>>((resolve) => {
    child.once('close', () => resolve(outcomes));
  });
  return {
    pid: child.pid ?? 0,
    seen: async (type) => {
      while (!types.has(type)) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    kill: () => child.kill('SIGKILL'),
    ended,
  };
}
