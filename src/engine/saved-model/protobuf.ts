/**
 * Writes protocol buffers, of which TensorFlow's graphs are made: a message is a list of fields, each a number and a
 * value. Source of the format: protobuf.dev/programming-guides/encoding.
 */
export type Message = readonly Uint8Array[];

const encoder = new TextEncoder();
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** int32, int64, bool and enums; a negative number takes ten bytes, as its 64-bit two's complement. */
export function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...tag(field, VARINT), ...varint(BigInt.asUintN(64, BigInt(value)))]);
}

export function float32(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return Uint8Array.from([...tag(field, FIXED32), ...bytes]);
}

export function string(field: number, value: string): Uint8Array {
  return bytes(field, encoder.encode(value));
}

export function message(field: number, value: Message): Uint8Array {
  return bytes(field, concatenate(value));
}

export function bytes(field: number, value: Uint8Array): Uint8Array {
  const head = [...tag(field, LENGTH_DELIMITED), ...varint(BigInt(value.length))];
  return concatenate([Uint8Array.from(head), value]);
}

export function concatenate(parts: Message): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

function tag(field: number, wireType: number): number[] {
  return varint(BigInt((field << 3) | wireType));
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: bigint): number[] {
  const out: number[] = [];
  let rest = value;
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...out, Number(rest)];
}
