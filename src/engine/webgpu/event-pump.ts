/** Lets Dawn handle what the GPU has finished, while JavaScript waits. */
export interface EventPump {
  /** Handles events until `isOver` gives true. Throws when Dawn waits for nothing any more. */
  runUntil(isOver: () => boolean): void;
}

const PAUSE_MS = 0.05;
/** As long as the GPU is quick, without a pause. */
const PATIENCE = 50;

/** A place in memory that nobody ever wakes: for waiting without work. */
const NOBODY = new Int32Array(new SharedArrayBuffer(4));

let installed: EventPump | undefined;

/**
 * Makes synchronous reads possible. WebGPU gives results through promises, and Dawn looks for finished work in a
 * native callback that it hands to the global `setImmediate` (AsyncRunner in Dawn's src/dawn/node/binding). The
 * engine's callers read synchronously, as with the TensorFlow library. So from now on these callbacks are noted, and
 * run here at once where somebody waits; each runs once, here or in the event loop. All others go straight through.
 * Must be called before Dawn makes its first device.
 */
export function installEventPump(): EventPump {
  installed ??= createEventPump();
  return installed;
}

function createEventPump(): EventPump {
  const pending = new Set<Callback>();
  globalThis.setImmediate = new Proxy(globalThis.setImmediate, {
    apply: (original, self, values: unknown[]) => {
      const [run, ...rest] = values;
      if (!isNative(run)) return Reflect.apply(original, self, values);
      const callback: Callback = { run: () => Reflect.apply(run, undefined, rest), immediate: undefined };
      const immediate = original(() => {
        pending.delete(callback);
        callback.run();
      });
      callback.immediate = immediate;
      pending.add(callback);
      return immediate;
    },
  });
  return { runUntil: (isOver) => drain(pending, isOver) };
}

function drain(pending: Set<Callback>, isOver: () => boolean): void {
  for (let turn = 0; !isOver(); turn++) {
    const [next] = pending;
    if (next === undefined) throw new Error('Dawn has nothing to wait for, but the result is not there');
    pending.delete(next);
    // A training may not come back to the event loop for hours: what has run must not wait there.
    clearImmediate(next.immediate);
    next.run();
    if (turn > PATIENCE) Atomics.wait(NOBODY, 0, 0, PAUSE_MS);
  }
}

/** A native callback, and its turn in the event loop. */
interface Callback {
  readonly run: () => void;
  immediate: NodeJS.Immediate | undefined;
}

/** A function of an addon: it has no source text, and no name. */
function isNative(value: unknown): value is () => void {
  return typeof value === 'function' && value.name === '' && /\{ \[native code\] \}$/.test(String(value));
}
