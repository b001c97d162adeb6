// Bundles the command line into dist/. `npm run build` runs this file, and set-up calls buildIfStale.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup/error.mjs';
import { readIfThere, temporaryName, writeAtomically } from './setup/files.mjs';

/*
 * dist/ is never replaced as a whole: a command that is running may still have to import one of its chunks. Chunks are named by their
 * content, so that builds old and new, and builds going on at once, live side by side; only dist/main.js changes its content, by a
 * rename, after its chunks are there. Chunks that no longer belong to it are removed after a week.
 */

const ENTRY = 'src/cli/main.ts';
const KEEP_MS = 7 * 24 * 3600 * 1000;
const CLOCK_LAG_MS = 20;

/** Inputs that the bundler does not name: they decide how it bundles. */
const SETTINGS = ['package.json', 'tsconfig.json', 'scripts/build.mjs'];

/** @typedef {{ path: string, size: number, mtimeMs: number }} Seen a file as it was when it was bundled */

/**
 * Whether dist/ was built from the sources as they are now, by size and time of each source file; also where there is nothing to build.
 * @param {string} root
 * @returns {boolean}
 */
export function isBuildFresh(root) {
  if (!existsSync(join(root, ENTRY))) return true;
  const text = readIfThere(stampPath(root));
  if (text === undefined) return false;
  /** @type {{ files: Seen[] }} */
  const { files } = JSON.parse(text);
  return files.every((seen) => {
    const now = look(root, seen.path);
    return now.size === seen.size && now.mtimeMs === seen.mtimeMs;
  });
}

/**
 * Builds dist/ unless it is fresh; says how many files it has.
 * @param {string} root
 * @returns {Promise<{ built: boolean, files: number }>}
 */
export async function buildIfStale(root) {
  if (isBuildFresh(root))
    return { built: false, files: readdirSync(join(root, 'dist'), { recursive: true }).length };
  const startedMs = Date.now();
  const result = await bundle(root);
  const written = writeOutputs(root, result.outputFiles);
  const sources = [...SETTINGS, ...Object.keys(result.metafile.inputs)].map((path) => look(root, path));
  // A source saved while the bundler ran may or may not be in the bundle: it counts as changed. File times lag the clock a little.
  const seen = sources.map((file) =>
    file.mtimeMs < startedMs - CLOCK_LAG_MS ? file : { ...file, mtimeMs: -1 },
  );
  writeAtomically(stampPath(root), JSON.stringify({ files: [...seen, written.main] }));
  removeOldChunks(root, written.paths);
  return { built: true, files: written.paths.size };
}

/** @param {string} root */
async function bundle(root) {
  // esbuild is a package, not a builtin: this module must load before the packages are there.
  const esbuild = await import('esbuild');
  try {
    return await esbuild.build({
      absWorkingDir: root,
      entryPoints: { main: ENTRY },
      outdir: 'dist',
      bundle: true,
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      sourcemap: 'linked',
      logLevel: 'silent',
      metafile: true,
      write: false,
    });
  } catch (error) {
    const errors = /** @type {import('esbuild').BuildFailure} */ (error).errors ?? [];
    const detail = (await esbuild.formatMessages(errors, { kind: 'error' })).join('');
    throw new SetupError('the sources in src/ do not bundle', 'mend what the lines below name', {
      detail: detail || String(error),
    });
  }
}

/**
 * Writes every file by rename, those without a content name last, and dist/main.js last of all.
 * @param {string} root
 * @param {readonly import('esbuild').OutputFile[]} outputs
 */
function writeOutputs(root, outputs) {
  const main = join(root, 'dist', 'main.js');
  const rank = (/** @type {string} */ path) => (path === main ? 2 : path === `${main}.map` ? 1 : 0);
  /** @type {Seen} */
  let seen = { path: 'dist/main.js', size: -1, mtimeMs: -1 };
  for (const { path, contents } of [...outputs].sort((a, b) => rank(a.path) - rank(b.path))) {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = temporaryName(path);
    writeFileSync(temporary, contents);
    // Looked at before the rename: if another build replaces the file at once, ours must not be taken for fresh.
    if (path === main) seen = { ...look(root, relative(root, temporary)), path: 'dist/main.js' };
    renameSync(temporary, path);
  }
  return { main: seen, paths: new Set(outputs.map(({ path }) => path)) };
}

/**
 * @param {string} root
 * @param {ReadonlySet<string>} current
 */
function removeOldChunks(root, current) {
  const dist = join(root, 'dist');
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const path = join(dist, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    const isOld = stat?.isFile() && Date.now() - stat.mtimeMs > KEEP_MS;
    if (isOld && !current.has(path) && path !== stampPath(root)) rmSync(path, { force: true });
  }
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {Seen}
 */
function look(root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  return { path, size: stat?.size ?? -1, mtimeMs: stat?.mtimeMs ?? -1 };
}

/** @param {string} root */
function stampPath(root) {
  return join(root, 'dist', '.build.json');
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
  try {
    const { built, files } = await buildIfStale(root);
    console.log(built ? `build: dist/ has ${files} files` : 'build: dist/ is fresh');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`build: ${error.message}\n${error.detail ?? ''}`);
    process.exitCode = 1;
  }
}
