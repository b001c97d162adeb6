#!/usr/bin/env node
'use strict';

/*
 * CommonJS, and the whole command line in one file: an ES module of many chunks takes Node a tenth of a second to find and link.
 * Compiled code is kept beside it for the next start, as Node's own compile cache does from version 22 on, for packages as well.
 */

require('./start.js').start('main.cjs', (file) => {
  const { existsSync, readFileSync, statSync } = require('node:fs');
  const module_ = require('node:module');
  const { Script } = require('node:vm');
  if (module_.enableCompileCache) module_.enableCompileCache();
  const { size, mtimeMs } = statSync(file);
  // V8 refuses code that another version or other flags compiled, but of the source it compares the length only.
  const cache = `${file}.${process.version}-${process.arch}-${size}-${Math.trunc(mtimeMs)}.cache`;
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
  const script = new Script(source, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  script.runInThisContext()({}, module_.createRequire(file), {}, file, require('node:path').dirname(file));
  const isMissing = cachedData === undefined || script.cachedDataRejected === true;
  // repro uses most of the code; what a command did not use is not compiled yet, and so not kept.
  if (isMissing && process.argv[2] === 'repro' && process.execArgv.length === 0)
    process.once('exit', () => keep(cache, script.createCachedData()));
});

/**
 * @param {string} file
 * @param {Uint8Array} bytes
 */
function keep(file, bytes) {
  const { renameSync, writeFileSync } = require('node:fs');
  try {
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, bytes);
    renameSync(temporary, file);
  } catch {
    // Where nothing may be written beside the program, each start compiles it.
  }
}
