import { existsSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path/posix';
import type { BuildFailure, BuildOptions, Message, Metafile } from 'esbuild';
import {
  compareBytes,
  type Diagnostic,
  DiagnosticsError,
  didYouMean,
  type FermentError,
} from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { entryAt } from './entry.ts';
import { packageName } from './missing-packages.ts';

/** Changes when the options below change what comes out. */
export const BUNDLE_FORMAT = 1;

/** A program with everything of the project that it reaches. */
export interface BuiltBundle {
  readonly code: string;
  readonly map: string;
  /** Modules with bytes in the output. */
  readonly modules: readonly ProjectPath[];
  /** Every file whose content decides the output, looked at or missing. */
  readonly inputs: readonly ProjectPath[];
  /** Folders in which a new file could take over an import without extension. */
  readonly folders: readonly ProjectPath[];
  /** Packages that the output still imports, sorted. */
  readonly packages: readonly string[];
  /** What it imports from them before its first line runs, as it is written, sorted. */
  readonly needs: readonly string[];
}

/**
 * Bundles a stage program with esbuild: project modules in, packages out, no comments, no layout, no absolute path.
 * The same sources give the same bytes in every folder on every machine. Throws BUNDLE_FAILED, every problem with
 * its place.
 */
export async function buildBundle(root: string, module: ProjectPath): Promise<BuiltBundle> {
  const { build } = await import('esbuild');
  const options = bundleOptions(root, module);
  const result = await build(options).catch((error: unknown) => {
    throw isBuildFailure(error) ? explainFailure(root, module, error) : error;
  });
  const outputs = new Map(result.outputFiles.map((file) => [file.path.endsWith('.map'), file.text]));
  return {
    code: outputs.get(false) ?? '',
    map: outputs.get(true) ?? '',
    ...readMetafile(result.metafile),
  };
}

function bundleOptions(root: string, module: ProjectPath) {
  return {
    ...entryAt(join(root, module)),
    outdir: '.ferment/bundles',
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    charset: 'utf8',
    minifyWhitespace: true,
    legalComments: 'none',
    treeShaking: true,
    sourcemap: 'external',
    logLevel: 'silent',
    // A tsconfig.json above the project would make the output depend on where the project lies.
    ...(existsSync(join(root, 'tsconfig.json')) ? { tsconfig: 'tsconfig.json' } : { tsconfigRaw: '{}' }),
  } as const satisfies BuildOptions;
}

function readMetafile(metafile: Metafile): Omit<BuiltBundle, 'code' | 'map'> {
  const files = Object.keys(metafile.inputs);
  const output = Object.entries(metafile.outputs).find(([path]) => path.endsWith('.mjs'))?.[1];
  const packages = (output?.imports ?? []).filter((i) => i.external === true && !isBuiltin(i.path));
  const modules = Object.entries(output?.inputs ?? {}).filter(([, part]) => part.bytesInOutput > 0);
  const configs = files.flatMap((file) => foldersAbove(file).map((folder) => join(folder, 'package.json')));
  return {
    modules: sorted(modules.map(([path]) => path)),
    inputs: sorted([...files, ...configs, 'package.json', 'tsconfig.json', 'package-lock.json']),
    folders: sorted(foldersOfLooseImports(metafile)),
    packages: sorted(packages.map((i) => packageName(i.path))),
    needs: sorted(packages.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path)),
  };
}

/** Where imports without an extension were looked for: a new file there may win over the one that was found. */
function foldersOfLooseImports(metafile: Metafile): string[] {
  return Object.entries(metafile.inputs).flatMap(([importer, input]) =>
    input.imports.flatMap(({ path, original }) => {
      if (original === undefined || !original.startsWith('.')) return [];
      const exact = join(dirname(importer), original);
      return exact === path ? [] : [dirname(exact), dirname(path)];
    }),
  );
}

function foldersAbove(file: string): string[] {
  const result: string[] = [];
  for (
    let folder = dirname(file);
    folder !== '.' && !folder.endsWith('..') && folder !== '/';
    folder = dirname(folder)
  )
    result.push(folder);
  return result;
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareBytes);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function explainFailure(root: string, module: ProjectPath, failure: BuildFailure): FermentError {
  const diagnostics = failure.errors.map((message) => toDiagnostic(root, module, message));
  return new DiagnosticsError('BUNDLE_FAILED', diagnostics);
}

function toDiagnostic(root: string, module: ProjectPath, { text, location, notes }: Message): Diagnostic {
  const note = notes.map((n) => n.text).join(' ');
  const path = /^Could not resolve "(\.[^"]*)"$/.exec(text)?.[1];
  return {
    file: location?.file ?? module,
    line: location?.line ?? 1,
    // esbuild counts columns from 0, in bytes of UTF-8.
    column: location === null ? 1 : charactersIn(location.lineText, location.column) + 1,
    length: Math.max(
      1,
      location === null
        ? 1
        : charactersIn(location.lineText, location.column + location.length) -
            charactersIn(location.lineText, location.column),
    ),
    message: text,
    hint:
      path === undefined || location === null
        ? note || undefined
        : nameLike(root, join(dirname(location.file), path)),
    source: location?.lineText,
  };
}

/** A file in the folder of one that is not there, with nearly its name. */
function nameLike(root: string, path: ProjectPath): string | undefined {
  try {
    return didYouMean(basename(path), readdirSync(join(root, dirname(path))));
  } catch {
    return `There is no folder ${dirname(path)}.`;
  }
}

function charactersIn(line: string, bytes: number): number {
  return Buffer.from(line).subarray(0, bytes).toString().length;
}
