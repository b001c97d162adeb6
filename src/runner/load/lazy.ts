import { createRequire } from 'node:module';

/** Packages that most commands do without are loaded when they are first needed; loading them costs 20 to 50 ms each. */
const require = createRequire(import.meta.url);

export function yamlLibrary(): typeof import('yaml') {
  return require('yaml') as typeof import('yaml');
}

export function tomlLibrary(): typeof import('smol-toml') {
  return require('smol-toml') as typeof import('smol-toml');
}
