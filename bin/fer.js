#!/usr/bin/env node
'use strict';
const { explain, start } = require('./start.js');

/* The study's command is an ES module, since one of its packages is: it loads TensorFlow, beside which a start is nothing. */

start('fer.mjs', (main) => {
  const module_ = require('node:module');
  if (module_.enableCompileCache) module_.enableCompileCache();
  import(require('node:url').pathToFileURL(main).href).catch(explain);
});
