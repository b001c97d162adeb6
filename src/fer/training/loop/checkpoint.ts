import { existsSync, readFileSync } from 'node:fs';
import type { TensorState } from '../../../engine/index.ts';
import { type Digest, digestOf, messageOf, writeFileAtomic } from '../../../kit/index.ts';

/*
 * One file, so that one rename replaces all of it: four bytes for the header's length, the header as JSON, then
 * the arrays one after the other as little-endian float32. The header names them and has the digest of their bytes.
 */

/** What a training can go on from. `P` is JSON. */
export interface Checkpoint<P> {
  readonly progress: P;
  readonly tensors: ReadonlyMap<string, TensorState>;
}

interface Header {
  readonly format: typeof FORMAT;
  /** Digest of everything that decides the outcome: configuration, seed, data. */
  readonly config: string;
  readonly progress: unknown;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** SHA-256 of the bytes that follow. */
  readonly payload: string;
}

const FORMAT = 'ferment-checkpoint-1';

export type CheckpointLookup<P> =
  | { readonly kind: 'none' }
  /** There is a file, but it cannot be used; `why` is the rest of a sentence for the user. */
  | { readonly kind: 'unusable'; readonly why: string }
  | ({ readonly kind: 'found' } & Checkpoint<P>);

/**
 * Replaces the checkpoint at `path` at once: a reader, or the next start after a kill, sees the old one or the new.
 * Throws NO_SPACE or STORE_UNWRITABLE.
 */
export function writeCheckpoint<P>(path: string, config: Digest, checkpoint: Checkpoint<P>): void {
  const entries = [...checkpoint.tensors];
  const payload = Buffer.concat(
    entries.map(([, { values }]) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  const header: Header = {
    format: FORMAT,
    config,
    progress: checkpoint.progress,
    tensors: entries.map(([name, { shape }]) => ({ name, shape })),
    payload: digestOf(payload),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  writeFileAtomic(path, Buffer.concat([length, text, payload]));
}

/** Reads the checkpoint at `path`, if there is one of this very configuration whose bytes are sound. */
export function readCheckpoint<P>(path: string, config: Digest): CheckpointLookup<P> {
  if (!existsSync(path)) return { kind: 'none' };
  try {
    return parseCheckpoint(readFileSync(path), config);
  } catch (error) {
    return { kind: 'unusable', why: `it cannot be read (${messageOf(error)})` };
  }
}

function parseCheckpoint<P>(bytes: Buffer, config: Digest): CheckpointLookup<P> {
  const start = 4 + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.toString('utf8', 4, start)) as Header;
  if (header.format !== FORMAT) return { kind: 'unusable', why: `its format is not ${FORMAT}` };
  if (header.config !== config)
    return { kind: 'unusable', why: 'it belongs to another configuration or other data' };
  const payload = bytes.subarray(start);
  if (digestOf(payload) !== header.payload) return { kind: 'unusable', why: 'it is damaged' };
  const tensors = new Map<string, TensorState>();
  let offset = 0;
  for (const { name, shape } of header.tensors) {
    const end = offset + 4 * shape.reduce((product, side) => product * side, 1);
    // Copied, because a view of float32 must start at a multiple of four bytes.
    tensors.set(name, {
      shape,
      values: new Float32Array(new Uint8Array(payload.subarray(offset, end)).buffer),
    });
    offset = end;
  }
  return { kind: 'found', progress: header.progress as P, tensors };
}
