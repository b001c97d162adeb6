import { closeSync, fdatasync, fdatasyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Digest, explainWriteError, makeFolder, syncFolder, temporaryNameFor } from '../../kit/index.ts';
import { HEAD_BYTES, HEADER_BYTES, packHeader, packName, packTrailer, writeHead } from './pack-format.ts';

const BUFFER_BYTES = 1024 * 1024;
const INDEX_BYTES = 64 * HEAD_BYTES;

/**
 * Writes one pack under a temporary name, which `finish` turns into its name: after a kill at any moment there is
 * either the whole pack or none.
 */
export class PackWriter {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #buffered = 0;
  #index = Buffer.allocUnsafeSlow(INDEX_BYTES);
  #count = 0;
  #bytes = HEADER_BYTES;
  #open = true;

  /** Throws NO_SPACE or STORE_UNWRITABLE, as all methods do. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#temporary = temporaryNameFor(join(folder, 'pack'));
    try {
      makeFolder(folder);
      this.#fd = openSync(this.#temporary, 'wx', 0o444);
    } catch (error) {
      throw explainWriteError(error, folder);
    }
    this.#buffer.set(packHeader());
    this.#buffered = HEADER_BYTES;
  }

  /** Bytes up to now, without the index. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#count;
  }

  /** Appends an object, whose digest is known. */
  add(digest: Digest, bytes: Uint8Array): void {
    const at = this.#count * HEAD_BYTES;
    if (at === this.#index.length)
      this.#index = Buffer.concat([this.#index, Buffer.allocUnsafe(this.#index.length)]);
    writeHead(this.#index, at, digest, bytes.length);
    this.#count++;
    this.#append(this.#index.subarray(at, at + HEAD_BYTES));
    this.#append(bytes);
  }

  /** Makes the pack durable and gives it its name, which is returned. */
  async finish(): Promise<string> {
    try {
      this.#end();
      await promisify(fdatasync)(this.#fd);
      return this.#place();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** The same for callers that cannot wait. */
  finishSync(): string {
    try {
      this.#end();
      fdatasyncSync(this.#fd);
      return this.#place();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Leaves nothing behind. */
  abort(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #heads(): Buffer {
    return this.#index.subarray(0, this.#count * HEAD_BYTES);
  }

  #end(): void {
    const trailer = packTrailer(this.#bytes, this.#heads());
    this.#append(this.#heads());
    this.#append(trailer);
    this.#flush();
  }

  #place(): string {
    this.#close();
    const name = packName(this.#heads());
    renameSync(this.#temporary, packPath(this.#folder, name));
    syncFolder(this.#folder);
    return name;
  }

  #failed(error: unknown): unknown {
    this.abort();
    return explainWriteError(error, this.#folder);
  }

  #append(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > BUFFER_BYTES) this.#flush();
    this.#bytes += bytes.length;
    if (bytes.length > BUFFER_BYTES) {
      this.#write(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }
}

/** Where the pack of this name is, in the folder of packs. */
export function packPath(folder: string, name: string): string {
  return join(folder, `${name}.pack`);
}
