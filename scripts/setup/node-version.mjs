/**
 * Says in one sentence why this Node cannot run Ferment, or returns `undefined` when it can.
 * Written in the oldest syntax that knows modules: the Node it refuses has to be able to read it.
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined}
 */
export function checkNodeVersion(version) {
  const parts = version.split('.');
  const major = Number(parts[0]);
  const minor = Number(parts[1]);
  if (major < 25 && (major > 20 || (major === 20 && minor >= 19))) return undefined;
  const mend = 'nvm install 22 && nvm use 22, or install Node 22 in your own way';
  return `Ferment needs Node 20.19 or later, up to 24, and this is Node ${version}: ${mend}`;
}
