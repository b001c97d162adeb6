import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Digest,
  digestOf,
  digestOfJson,
  FermentError,
  makeFolder,
  writeFileAtomic,
} from '../../kit/index.ts';
import type { Hasher } from '../hash/hasher.ts';
import { replaceQuietly } from '../hash/tree-table.ts';
import type { ProjectPath } from '../model.ts';
import { BUNDLE_FORMAT, type BuiltBundle, buildBundle } from './build-bundle.ts';
import { refuseMissingPackages } from './missing-packages.ts';
import { reachPackages } from './packages.ts';
import { digestOfProgram, mapComment } from './program-file.ts';
import { modulesRecordFile, packagesRecordFile, writeRecord } from './record.ts';
import { type Remembered, readMemory } from './remembered.ts';

/** What a module stage's code is: the digest of the bundle that runs, and of the packages that it reaches. */
export interface Bundle {
  readonly module: ProjectPath;
  readonly bundle: Digest;
  readonly packages: Digest;
}

/**
 * Bundles module stages into `<state>/bundles/<digest>.mjs`, and remembers what each bundle was made from: a project
 * without changes costs a few stats and does not load esbuild.
 */
export class Bundler {
  readonly #hasher: Hasher;
  readonly #folder: string;
  readonly #bundles = new Map<ProjectPath, Promise<Bundle>>();
  #memory: Map<ProjectPath, Remembered> | undefined;
  #dirty = false;

  constructor(hasher: Hasher, stateFolder: string) {
    this.#hasher = hasher;
    this.#folder = join(stateFolder, 'bundles');
  }

  /** The bundle of a module as its sources are now, or were when first asked since `forget()`. Throws BUNDLE_FAILED. */
  bundle(module: ProjectPath): Promise<Bundle> {
    const known = this.#bundles.get(module);
    if (known !== undefined) return known;
    const fresh = this.#bundle(module);
    this.#bundles.set(module, fresh);
    return fresh;
  }

  forget(): void {
    this.#bundles.clear();
  }

  /** What the last bundle of a module was made from, packages left out; only the module where it never was bundled. */
  sources(module: ProjectPath): readonly ProjectPath[] {
    const inputs = Object.keys(this.#load().get(module)?.inputs ?? {});
    return [module, ...inputs.filter((path) => !path.split('/').includes('node_modules'))];
  }

  /**
   * The absolute path of the program to run, whose bytes were just compared with the digest. Throws BUNDLE_FAILED, also
   * for packages that it cannot do without and that are not installed.
   */
  async runnable(bundle: Bundle): Promise<string> {
    const file = this.#fileOf(bundle.bundle);
    const isSound = digestOfProgram(file) === bundle.bundle;
    if (isSound || (await this.#build(bundle.module)).bundle === bundle.bundle) {
      refuseMissingPackages(this.#hasher.root, file, {
        specifiers: this.#load().get(bundle.module)?.needs ?? [],
        modules: this.sources(bundle.module),
      });
      return file;
    }
    throw new FermentError(
      'BUNDLE_FAILED',
      `${bundle.module} or a module that it imports changed while it was about to start.`,
      {
        hint: 'Run the same command again.',
      },
    );
  }

  save(): void {
    if (!this.#dirty || this.#memory === undefined) return;
    const modules = Object.fromEntries(this.#memory);
    replaceQuietly(join(this.#folder, 'cache.json'), JSON.stringify({ format: BUNDLE_FORMAT, modules }));
    this.#dirty = false;
  }

  async #bundle(module: ProjectPath): Promise<Bundle> {
    const remembered = this.#load().get(module);
    if (remembered !== undefined && (await this.#isCurrent(remembered)))
      return { module, bundle: remembered.bundle, packages: remembered.packages };
    return this.#build(module);
  }

  async #isCurrent({ inputs, folders }: Remembered): Promise<boolean> {
    for (const [path, digest] of Object.entries(inputs))
      if ((await this.#digestOf(path)) !== digest) return false;
    return Object.entries(folders).every(([path, digest]) => this.#listing(path) === digest);
  }

  async #build(module: ProjectPath): Promise<Bundle> {
    if ((await this.#hasher.content(module)) === undefined) {
      throw new FermentError('BUNDLE_FAILED', `The program ${module} does not exist.`, {
        hint: 'Write it, or correct `module` in the pipeline file.',
      });
    }
    const built = await buildBundle(this.#hasher.root, module);
    const reached = reachPackages(this.#hasher.root, built.packages);
    const bundle = digestOf(built.code);
    const packages = digestOfJson(reached.list);
    const inputs = await this.#digests([...built.inputs, ...reached.inputs]);
    this.#write(built, bundle, inputs);
    writeRecord(packagesRecordFile(this.#folder, packages), reached.list);
    const folders = Object.fromEntries(built.folders.map((path) => [path, this.#listing(path)]));
    this.#load().set(module, { bundle, packages, inputs, folders, needs: built.needs });
    this.#dirty = true;
    return { module, bundle, packages };
  }

  #write(built: BuiltBundle, bundle: Digest, inputs: Readonly<Record<ProjectPath, string | null>>): void {
    const file = this.#fileOf(bundle);
    makeFolder(this.#folder);
    writeFileAtomic(`${file}.map`, built.map, { durable: false });
    if (digestOfProgram(file) !== bundle)
      writeFileAtomic(file, `${built.code}${mapComment(bundle)}`, { durable: false });
    const modules = Object.fromEntries(built.modules.map((path) => [path, inputs[path] ?? null]));
    writeRecord(modulesRecordFile(this.#folder, bundle), modules);
  }

  async #digests(paths: readonly ProjectPath[]): Promise<Readonly<Record<ProjectPath, string | null>>> {
    const pairs: [ProjectPath, string | null][] = [];
    for (const path of paths) pairs.push([path, await this.#digestOf(path)]);
    return Object.fromEntries(pairs);
  }

  /** Packages may lie outside of the project: in a monorepo `node_modules`, or a package in it, is often a link. */
  async #digestOf(path: ProjectPath): Promise<Digest | null> {
    if (path.split('/').includes('node_modules')) return digestOfFile(join(this.#hasher.root, path));
    return (await this.#hasher.content(path))?.digest ?? null;
  }

  #listing(folder: ProjectPath): string {
    try {
      return digestOf(readdirSync(join(this.#hasher.root, folder)).sort().join('\0'));
    } catch {
      return '';
    }
  }

  #fileOf(bundle: Digest): string {
    return join(this.#folder, `${bundle}.mjs`);
  }

  #load(): Map<ProjectPath, Remembered> {
    this.#memory ??= new Map(readMemory(join(this.#folder, 'cache.json')));
    return this.#memory;
  }
}

function digestOfFile(file: string): Digest | null {
  try {
    return digestOf(readFileSync(file));
  } catch {
    return null;
  }
}
