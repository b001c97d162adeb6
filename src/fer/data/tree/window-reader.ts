import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

/** Large enough to save calls, small enough to be cheap where files are read in another order than they lie. */
const WINDOW_BYTES = 1 << 17;

/**
 * A reader for yauzl that answers from a window of the file. An archive of a data set has tens of thousands of
 * small entries, in order: a system call for each field of each entry costs more than the data.
 */
export class WindowReader extends RandomAccessReader {
  readonly #path: string;
  readonly #fd: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #start = 0;
  #length = 0;
  #open = true;

  constructor(path: string) {
    super();
    this.#path = path;
    this.#fd = openSync(path, 'r');
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let failure: Error | null = null;
    try {
      this.readAt(buffer.subarray(offset, offset + length), position);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    // yauzl expects its callback after it has returned.
    queueMicrotask(() => callback(failure));
  }

  /** Fills `target` from `position`. Throws when the file ends before. */
  readAt(target: Buffer, position: number): void {
    const end = position + target.length;
    if (target.length > WINDOW_BYTES) {
      this.#readFully(target, position);
      return;
    }
    if (position < this.#start || end > this.#start + this.#length) this.#slide(position);
    if (end > this.#start + this.#length) throw new Error('unexpected end of file');
    this.#window.copy(target, 0, position - this.#start, end - this.#start);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return createReadStream(this.#path, { start, end: end - 1, highWaterMark: WINDOW_BYTES });
  }

  #slide(position: number): void {
    this.#start = position;
    this.#length = readSync(this.#fd, this.#window, 0, WINDOW_BYTES, position);
  }

  #readFully(target: Buffer, position: number): void {
    let done = 0;
    while (done < target.length) {
      const got = readSync(this.#fd, target, done, target.length - done, position + done);
      if (got === 0) throw new Error('unexpected end of file');
      done += got;
    }
  }

  override close(callback: (error: Error | null) => void): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
    callback(null);
  }
}
