import type { MessagePort } from 'node:worker_threads';
import type { Folder } from './shared-walk.ts';

/** Both sides must have been built from the same messages. */
export const WALK_PROTOCOL = 2;

/** What happens to an offered folder: whoever swaps FREE for a claim walks it. */
export const FREE = 0;
export const CLAIMED = 1;
export const TAKEN_BY_HELPER = 2;
export const DONE = 3;
export const FAILED = 4;

export interface HelperData {
  readonly protocol: number;
  readonly port: MessagePort;
}

/** To the helper: folders, and a number of shared memory for each that says what happens to it. */
export interface OfferMessage {
  readonly id: number;
  readonly root: string;
  readonly folders: readonly Folder[];
  readonly states: Int32Array;
}

/** From the helper, before it sets the state to DONE. */
export interface ResultMessage {
  readonly id: number;
  readonly row: number;
  readonly joinedNames: string;
  readonly stats: Float64Array;
}
