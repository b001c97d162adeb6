export { declaredEntries } from './declared.ts';
export { type Lock, parseLock, readLock } from './lock.ts';
export { LockFile } from './lock-file.ts';
export { renderLock } from './render.ts';
