'use strict';

/*
 * What both commands begin with. All of bin/ is written in syntax that old versions of Node can read, and loads nothing that they lack
 * before this has looked: they get a sentence.
 */

/**
 * Runs a built program, or says in a sentence why it cannot run.
 * @param {string} name its file in dist/
 * @param {(main: string) => void} run
 */
exports.start = (name, run) => {
  if (process.argv.length === 3 && process.argv[2] === '--version') {
    // Tools ask for the version often.
    process.stdout.write(`${require('../package.json').version}\n`);
    return;
  }
  if (isTooOld(process.versions.node)) {
    const mend = 'nvm install 22 && nvm use 22, or install Node 22 in your own way';
    refuse(`Ferment needs Node 20.19 or later, up to 24, and this is Node ${process.versions.node}: ${mend}`);
    return;
  }
  const main = require('node:path').join(__dirname, '..', 'dist', name);
  if (require('node:fs').existsSync(main)) run(main);
  else refuse('Ferment is not built yet.\nBuild it with: npm run setup');
};

/**
 * For what goes wrong before the program has begun: ends with a sentence where a package is missing, else as ever.
 * @param {Error & { code?: string }} error
 */
exports.explain = (error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const found = /'([^']+)'/.exec(error.message);
  const isInstalled = /[\\/]node_modules[\\/]/.test(__dirname);
  const mend = isInstalled
    ? 'Install Ferment again: npm install --ignore-scripts'
    : 'Install the packages with: npm run setup';
  refuse(
    `error: Ferment lacks ${found ? found[1] : error.message}, which should be in node_modules.\n${mend}`,
  );
};

/** @param {string} version */
function isTooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 20 || (major === 20 && minor < 19);
}

/** @param {string} sentence */
function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 70;
}
