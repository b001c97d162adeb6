import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

declare const brand: unique symbol;

/** A SHA-256 in 64 lower-case hexadecimal digits. Branded, so that a path or a label cannot be passed for one. */
export type Digest = string & { readonly [brand]: 'sha256' };

const DIGEST = /^[0-9a-f]{64}$/;

/** True for text that has the form of a digest; anything read from a file is checked before it becomes a path. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text);
}

/** The SHA-256 of bytes or of a string's UTF-8. */
export function digestOf(data: string | Uint8Array): Digest {
  return hash('sha256', data, 'hex') as Digest;
}

/** The SHA-256 of a value's canonical JSON. */
export function digestOfJson(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

/** The first characters of a digest, as people see it. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, 8);
}
