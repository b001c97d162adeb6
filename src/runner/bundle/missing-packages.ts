import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compareBytes, type Diagnostic, DiagnosticsError, readTextIfAny } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';

/** `@scope/name/deep/file.js` is of `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/**
 * Throws BUNDLE_FAILED, with the places, where a program imports packages that are nowhere: Node would end before its
 * first line. `specifiers` are those that it cannot do without, `modules` its sources. With NODE_OPTIONS nothing is
 * said, as these may bring a way of their own to find packages.
 */
export function refuseMissingPackages(
  root: string,
  program: string,
  {
    specifiers,
    modules,
  }: { readonly specifiers: readonly string[]; readonly modules: readonly ProjectPath[] },
): void {
  if (process.env['NODE_OPTIONS'] !== undefined) return;
  const missing = specifiers.filter((specifier) => !isFound(root, program, specifier));
  if (missing.length === 0) return;
  const sources = modules.map((file) => ({ file, text: readTextIfAny(join(root, file)) ?? '' }));
  const found = missing.map((specifier) => diagnosticOf(root, specifier, sources));
  const inOrder = found.sort((a, b) => compareBytes(a.file, b.file) || a.line - b.line);
  throw new DiagnosticsError('BUNDLE_FAILED', inOrder);
}

/** Node looks from the place where a program really is, and a project may import itself by its name. */
function isFound(root: string, program: string, specifier: string): boolean {
  if (/^[./#]|:/.test(specifier)) return true;
  const name = packageName(specifier);
  const folders = createRequire(realpathSync(program)).resolve.paths(name) ?? [];
  return folders.some((folder) => existsSync(join(folder, name))) || own(root)['name'] === name;
}

interface Source {
  readonly file: ProjectPath;
  readonly text: string;
}

function diagnosticOf(root: string, specifier: string, sources: readonly Source[]): Diagnostic {
  const name = packageName(specifier);
  const place = placeOf(specifier, sources);
  return {
    ...(place ?? { file: sources[0]?.file ?? '', line: 1, column: 1, length: 1 }),
    message: `The package '${name}' is not installed.`,
    hint: hintFor(root, { specifier, name, importer: place?.file }),
  };
}

/** Where it is imported: the first text in quotes that says so. */
function placeOf(specifier: string, sources: readonly Source[]): Omit<Diagnostic, 'message'> | undefined {
  const quoted = [`'${specifier}'`, `"${specifier}"`];
  for (const { file, text } of sources) {
    const lines = text.split(/\r?\n/);
    for (const [i, source] of lines.entries()) {
      if (/^\s*(\/\/|\*|\/\*)/.test(source)) continue;
      const at = Math.max(...quoted.map((one) => source.indexOf(one)));
      if (at >= 0) return { file, line: i + 1, column: at + 1, length: specifier.length + 2, source };
    }
  }
  return undefined;
}

function hintFor(
  root: string,
  {
    specifier,
    name,
    importer,
  }: { readonly specifier: string; readonly name: string; readonly importer: string | undefined },
): string {
  const beside = importer === undefined ? undefined : fileBeside(root, importer, specifier);
  if (beside !== undefined) return `For the file ${beside}, write './${specifier}'.`;
  const declared = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  const isDeclared = declared.some((key) => Object.hasOwn(Object(own(root)[key] ?? {}), name));
  return isDeclared ? 'Install what package.json names: npm install' : `Install it: npm install ${name}`;
}

/** A module that somebody named as if it were a package. */
function fileBeside(root: string, importer: ProjectPath, specifier: string): ProjectPath | undefined {
  const base = join(dirname(importer), specifier);
  return ['', '.ts', '.js', '.mjs', '/index.ts', '/index.js']
    .map((ending) => `${base}${ending}`)
    .find((path) => existsSync(join(root, path)));
}

function own(root: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  } catch {
    return {};
  }
}
