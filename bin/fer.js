#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const module_ = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

/* The study's command is an ES module, since one of its packages is: it loads TensorFlow, beside which a start is nothing. */

const main = join(__dirname, '..', 'dist', 'fer.mjs');

if (process.argv.length === 3 && process.argv[2] === '--version') {
  process.stdout.write(`${require('../package.json').version}\n`);
} else if (existsSync(main)) {
  module_.enableCompileCache?.();
  void import(pathToFileURL(main).href);
} else {
  process.stderr.write('Ferment is not built yet.\nBuild it with: npm run setup\n');
  process.exitCode = 70;
}
