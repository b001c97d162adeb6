import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  SHARE_ENV,
  Worker,
} from 'node:worker_threads';
import type { Folder, OfferedFolder, WalkHelper } from './shared-walk.ts';
import { type Tree, treeOfJoined } from './tree.ts';
import {
  CLAIMED,
  FREE,
  type HelperData,
  type OfferMessage,
  type ResultMessage,
  TAKEN_BY_HELPER,
  WALK_PROTOCOL,
} from './walk-messages.ts';

/** Whoever is not done with a folder by then has lost a thread, or its processor to others. */
const PATIENCE_MS = 1000;

/** Starts the thread, where the program was built with one. It ends with the process, which does not wait for it. */
export function startWalkHelper(
  file = fileURLToPath(new URL('./walk-thread.cjs', import.meta.url)),
): WalkHelper | undefined {
  if (!existsSync(file)) return undefined;
  const { port1, port2 } = new MessageChannel();
  const workerData: HelperData = { protocol: WALK_PROTOCOL, port: port2 };
  const worker = new Worker(file, { workerData, transferList: [port2], env: SHARE_ENV, execArgv: [] });
  const helper = new ThreadHelper(port1);
  worker.on('error', () => helper.giveUp());
  worker.unref();
  return helper;
}

class ThreadHelper implements WalkHelper {
  readonly #port: MessagePort;
  readonly #results = new Map<string, Tree>();
  #offers = 0;
  #isGone = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  giveUp(): void {
    this.#isGone = true;
  }

  offer(root: string, folders: readonly Folder[]): readonly OfferedFolder[] {
    if (this.#isGone) return [];
    const id = this.#offers++;
    const states = new Int32Array(new SharedArrayBuffer(folders.length * Int32Array.BYTES_PER_ELEMENT));
    const message: OfferMessage = { id, root, folders, states };
    this.#port.postMessage(message);
    return folders.map((_, row) => ({
      claim: () => Atomics.compareExchange(states, row, FREE, CLAIMED) === FREE,
      result: () => this.#result(id, states, row),
    }));
  }

  #result(id: number, states: Int32Array, row: number): Tree | undefined {
    if (!this.#isGone && Atomics.wait(states, row, TAKEN_BY_HELPER, PATIENCE_MS) === 'timed-out')
      this.giveUp();
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; ) {
      const { joinedNames, stats, ...key } = next.message as ResultMessage;
      const tree = treeOfJoined(joinedNames, stats);
      if (tree !== undefined) this.#results.set(`${key.id}/${key.row}`, tree);
      next = receiveMessageOnPort(this.#port);
    }
    const key = `${id}/${row}`;
    const tree = this.#results.get(key);
    this.#results.delete(key);
    return tree;
  }
}
