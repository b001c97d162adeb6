// Bundles the command line into dist/. `npm run build` runs this file, and set-up calls buildIfStale.
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { look, removeOldFiles, stampPath, writeOutputs } from './setup/dist.mjs';
import { errorCode, explainError, SetupError } from './setup/error.mjs';
import { readIfThere, readJsonIfWhole, writeAtomically } from './setup/files.mjs';

const ENTRY = 'src/cli/main.ts';
/** The study's command. */
const FER_ENTRY = 'src/fer-cli/main.ts';
/** What stage programs of other projects import: `ferment/stage`. */
const STAGE_ENTRY = 'src/stage/index.ts';
/** Runs in a thread of its own. */
const WALK_THREAD = 'src/runner/hash/walk-thread.ts';
const CLOCK_LAG_MS = 20;

/** Inputs that the bundler does not name: they decide how it bundles. */
const SETTINGS = ['package.json', 'tsconfig.json', 'scripts/build.mjs'];

/** Packages that become a part of the bundle. */
const BUNDLED = ['commander', 'picomatch'];

/** @typedef {import('./setup/dist.mjs').Seen} Seen */

/**
 * Whether dist/ was built from the sources as they are now and is whole, by size and time of each file; also where there is nothing to build.
 * @param {string} root
 * @returns {boolean}
 */
export function isBuildFresh(root) {
  if (!existsSync(join(root, ENTRY))) return true;
  /** @type {{ files: Seen[] } | undefined} */
  const stamp = readJsonIfWhole(stampPath(root));
  if (stamp === undefined) return false;
  return stamp.files.every((seen) => {
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
  const results = await bundle(root);
  const written = writeOutputs(
    root,
    results.flatMap((result) => result.outputFiles),
  );
  const inputs = new Set(results.flatMap((result) => Object.keys(result.metafile.inputs)));
  const sources = [...SETTINGS, ...inputs].map((path) => look(root, path));
  // A source saved while the bundler ran may or may not be in the bundle: it counts as changed. File times lag the clock a little.
  const seen = sources.map((file) =>
    file.mtimeMs < startedMs - CLOCK_LAG_MS ? file : { ...file, mtimeMs: -1 },
  );
  writeAtomically(stampPath(root), JSON.stringify({ files: [...seen, ...written] }));
  removeOldFiles(root, new Set(written.map(({ path }) => join(root, path))));
  return { built: true, files: written.length };
}

/** @param {string} root */
function packagesOf(root) {
  /** @type {{ dependencies?: Record<string, string> }} */
  const { dependencies = {} } = JSON.parse(readIfThere(join(root, 'package.json')) ?? '{}');
  return Object.keys(dependencies);
}

/** esbuild is a package, not a builtin: this module must load before the packages are there. */
async function loadEsbuild() {
  try {
    return await import('esbuild');
  } catch (error) {
    if (errorCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SetupError('esbuild is missing in node_modules', 'npm run setup');
  }
}

/** @param {string} root */
async function bundle(root) {
  const esbuild = await loadEsbuild();
  const common = /** @satisfies {import('esbuild').BuildOptions} */ ({
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    minifyWhitespace: true,
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
  try {
    return await Promise.all([
      esbuild.build({
        ...common,
        entryPoints: { main: ENTRY, 'walk-thread': WALK_THREAD },
        outExtension: { '.js': '.cjs' },
        format: 'cjs',
        // CommonJS knows its file by another name.
        define: { 'import.meta.url': 'importMetaUrl' },
        banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
        // Node cannot run import() in code that was compiled by an earlier process: packages are required, lazily all the same.
        supported: { 'dynamic-import': false },
        // All but the small packages that every command needs.
        packages: 'bundle',
        external: packagesOf(root).filter((name) => !BUNDLED.includes(name)),
      }),
      esbuild.build({
        ...common,
        entryPoints: { fer: FER_ENTRY, stage: STAGE_ENTRY },
        outExtension: { '.js': '.mjs' },
        format: 'esm',
        packages: 'external',
      }),
    ]);
  } catch (error) {
    const errors = /** @type {import('esbuild').BuildFailure} */ (error).errors ?? [];
    const detail = (await esbuild.formatMessages(errors, { kind: 'error' })).join('');
    throw new SetupError('the sources in src/ do not bundle', 'mend what the lines below name', {
      detail: detail || String(error),
    });
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
  try {
    const { built, files } = await buildIfStale(root);
    console.log(built ? `build: dist/ has ${files} files` : 'build: dist/ is fresh');
  } catch (error) {
    const { message, detail } = explainError({ root }, error);
    console.error(`build: ${message}\n${detail ?? ''}`.trimEnd());
    process.exitCode = 1;
  }
}
