import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { walkFolder } from './walk.ts';
import {
  DONE,
  FAILED,
  FREE,
  type HelperData,
  type OfferMessage,
  type ResultMessage,
  TAKEN_BY_HELPER,
  WALK_PROTOCOL,
} from './walk-messages.ts';

/*
 * The thread of walk-helper.ts, a file of its own in dist/ so that it starts fast. It takes folders from the end, as
 * the walk that offers them takes them from the beginning.
 */

const { protocol, port } = workerData as HelperData;
if (protocol === WALK_PROTOCOL) port.on('message', (offer: OfferMessage) => work(port, [offer]));

function work(port: MessagePort, offers: OfferMessage[]): void {
  for (let offer = offers.shift(); offer !== undefined; offer = offers.shift()) {
    for (let row = offer.folders.length - 1; row >= 0; row--) walkIfFree(port, offer, row);
    // What was offered meanwhile.
    const next = receiveMessageOnPort(port);
    if (next !== undefined) offers.push(next.message as OfferMessage);
  }
}

/** Reading patterns would make the thread's file larger and its start slower, for what is rare. */
function leaveToOther(): never {
  throw new Error('There is a .dvcignore.');
}

function walkIfFree(port: MessagePort, { id, root, folders, states }: OfferMessage, row: number): void {
  const folder = folders[row];
  if (folder === undefined || Atomics.compareExchange(states, row, FREE, TAKEN_BY_HELPER) !== FREE) return;
  let state = FAILED;
  try {
    const { joinedNames, stats } = walkFolder(root, folder, { rulesInside: leaveToOther });
    const result: ResultMessage = { id, row, joinedNames, stats };
    port.postMessage(result, [stats.buffer as ArrayBuffer]);
    state = DONE;
  } catch {
    // The walk that offered it does it again, and has the error.
  } finally {
    Atomics.store(states, row, state);
    Atomics.notify(states, row);
  }
}
