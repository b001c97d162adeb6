import { existsSync, readFileSync } from 'node:fs';
import type { TensorState } from '../../../engine/index.ts';
import { type Digest, digestOf, messageOf, writeFileAtomic } from '../../../kit/index.ts';

/*
 * One file, so that one rename replaces all of it: the format, 64 digits of the SHA-256 of all that follows, four bytes
 * for the header's length, the header as JSON, then the arrays one after the other as little-endian float32. A history
 * or a schedule with a turned bit would be gone on from as readily as weights, so the digest is of the header too.
 */

/** What a training can go on from. `P` is JSON. */
export interface Checkpoint<P> {
  readonly progress: P;
  readonly tensors: ReadonlyMap<string, TensorState>;
}

interface Header {
  /** Digest of everything that decides the outcome: configuration, seed, data. */
  readonly config: string;
  readonly progress: unknown;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

const FORMAT = 'ferment-checkpoint-3';
/** Where the bytes begin that the digest is of. */
const BODY = FORMAT.length + 64;

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
  const header: Header = {
    config,
    progress: checkpoint.progress,
    tensors: entries.map(([name, { shape }]) => ({ name, shape })),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const arrays = entries.map(([, { values }]) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  const body = Buffer.concat([length, text, ...arrays]);
  writeFileAtomic(path, Buffer.concat([Buffer.from(FORMAT + digestOf(body)), body]));
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
  if (bytes.toString('latin1', 0, FORMAT.length) !== FORMAT)
    return { kind: 'unusable', why: `its format is not ${FORMAT}` };
  const body = bytes.subarray(BODY);
  if (bytes.toString('latin1', FORMAT.length, BODY) !== digestOf(body))
    return { kind: 'unusable', why: 'it is damaged' };
  const start = 4 + body.readUInt32LE(0);
  const header = JSON.parse(body.toString('utf8', 4, start)) as Header;
  if (header.config !== config)
    return { kind: 'unusable', why: 'it belongs to another configuration or other data' };
  const tensors = new Map<string, TensorState>();
  let offset = start;
  for (const { name, shape } of header.tensors) {
    const end = offset + 4 * shape.reduce((product, side) => product * side, 1);
    // Copied, because a view of float32 must start at a multiple of four bytes.
    tensors.set(name, {
      shape,
      values: new Float32Array(new Uint8Array(body.subarray(offset, end)).buffer),
    });
    offset = end;
  }
  return { kind: 'found', progress: header.progress as P, tensors };
}
