export type { InputChange } from './snapshot.ts';
export { type WatchEvent, type WatchOptions, watch } from './watch.ts';
