#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// From Node 22 on, compiled code is kept for the next start.
module.enableCompileCache?.();

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('Ferment is not built yet.\nBuild it with: npm run setup\n');
  process.exitCode = 70;
}
