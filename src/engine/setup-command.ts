import { fileURLToPath } from 'node:url';

/**
 * What brings the library and compiles what this engine needs of it: in a checkout, and where npm installed Ferment.
 */
export const SETUP_COMMAND = /[\\/]node_modules[\\/]/.test(fileURLToPath(import.meta.url))
  ? 'npx fer setup'
  : 'npm run setup';
