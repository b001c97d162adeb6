/** @typedef {import('./types.ts').Reporter} Reporter */

const PLAIN_INTERVAL_MS = 10_000;

/**
 * Prints progress to a stream: a line that is written over on a terminal, a few plain lines anywhere else.
 * @param {NodeJS.WriteStream} stream
 * @returns {Reporter}
 */
export function createReporter(stream) {
  let shown = false;
  let lastPlainMs = Date.now();
  const clear = () => {
    if (shown) stream.write('\r\x1b[2K');
    shown = false;
  };
  return {
    line(text) {
      clear();
      stream.write(`${text}\n`);
    },
    live(text) {
      if (stream.isTTY) {
        clear();
        stream.write(text.slice(0, (stream.columns ?? 80) - 1));
        shown = true;
      } else if (Date.now() - lastPlainMs >= PLAIN_INTERVAL_MS) {
        lastPlainMs = Date.now();
        stream.write(`${text}\n`);
      }
    },
  };
}

/**
 * `274 MB`, `1.2 GB`: sizes as people say them.
 * @param {number} bytes
 * @returns {string}
 */
export function renderBytes(bytes) {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * `0.4 s`, `12 s`, `3 min 5 s`.
 * @param {number} ms
 * @returns {string}
 */
export function renderDuration(ms) {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
