import { createRequire } from 'node:module';

/** ajv is needed only where the quick check does not say yes. */
export function ajvLibrary(): typeof import('ajv') {
  return createRequire(import.meta.url)('ajv') as typeof import('ajv');
}
