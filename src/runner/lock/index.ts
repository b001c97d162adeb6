export { type Lock, parseLock, readLock, writeLock } from './lock.ts';
export { renderLock } from './render.ts';
