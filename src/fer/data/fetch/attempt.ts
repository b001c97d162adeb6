import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { explainWriteError, isFermentError, messageOf } from '../../../kit/index.ts';
import type { DataReporting } from '../progress.ts';
import { scrubAddresses } from './address.ts';
import { redirectFaultOf } from './redirect-fault.ts';

/** What one attempt is told. */
export interface Attempt extends DataReporting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes go here; those that are there already are not asked for again. */
  readonly part: string;
  /** ETag or date of what the part holds, or undefined. */
  readonly validator: string | undefined;
  readonly onValidator: (validator: string | undefined) => void;
  /** Give up when nothing came for so long. */
  readonly stallMs: number;
}

/** How an attempt ended. `retry`: another one may succeed. `astray`: redirects lead nowhere. */
export type AttemptResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'astray'; readonly reason: string };

/** Asks once for the rest of a file and appends it to the part. Rejects only with errors of the disk. */
export async function attemptDownload(attempt: Attempt): Promise<AttemptResult> {
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new Error(`nothing came for ${attempt.stallMs} ms`)),
    attempt.stallMs,
  );
  const have = statSync(attempt.part, { throwIfNoEntry: false })?.size ?? 0;
  try {
    const response = await fetch(attempt.url, {
      headers: {
        ...attempt.headers,
        ...rangeHeaders(have, attempt.validator),
        'accept-encoding': 'identity',
      },
      signal: abort.signal,
    });
    const plan = planResponse(response, have);
    if (plan.kind !== 'body') {
      await response.body?.cancel();
      if (plan.kind === 'retry' && plan.discard) rmSync(attempt.part, { force: true });
      return plan;
    }
    attempt.onValidator(validatorOf(response));
    await receive(response, { attempt, ...plan, onChunk: () => timer.refresh() });
    const size = statSync(attempt.part).size;
    if (plan.total !== undefined && size !== plan.total)
      return { kind: 'retry', reason: `the connection ended after ${size} of ${plan.total} bytes` };
    return { kind: 'done' };
  } catch (error) {
    const explained = explainWriteError(error, attempt.part);
    if (isFermentError(explained)) throw explained;
    const astray = redirectFaultOf(error);
    return astray === undefined
      ? { kind: 'retry', reason: reasonOf(error) }
      : { kind: 'astray', reason: astray };
  } finally {
    clearTimeout(timer);
  }
}

function rangeHeaders(have: number, validator: string | undefined): Record<string, string> {
  if (have === 0) return {};
  const range = { range: `bytes=${have}-` };
  return validator === undefined ? range : { ...range, 'if-range': validator };
}

/** A strong ETag, else the date: what If-Range (RFC 9110, 13.1.5) may carry. */
function validatorOf(response: Response): string | undefined {
  const etag = response.headers.get('etag');
  if (etag?.startsWith('"')) return etag;
  return response.headers.get('last-modified') ?? undefined;
}

type ResponsePlan =
  | { readonly kind: 'body'; readonly from: number; readonly total: number | undefined }
  | {
      readonly kind: 'retry';
      readonly reason: string;
      readonly discard?: boolean;
      readonly afterMs?: number | undefined;
    }
  | Exclude<AttemptResult, { kind: 'retry' | 'astray' }>;

const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

function planResponse(response: Response, have: number): ResponsePlan {
  const { status } = response;
  if (status === 200) return { kind: 'body', from: 0, total: lengthOf(response) };
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  const total = numberOf(range?.[2]);
  if (status === 206) {
    if (isCompressed(response))
      return { kind: 'retry', reason: 'the server sent a range of a compressed copy', discard: true };
    if (Number(range?.[1]) === have) return { kind: 'body', from: have, total };
    return { kind: 'retry', reason: 'the server sent another range than was asked for', discard: true };
  }
  if (status === 416) {
    if (total === have) return { kind: 'done' };
    return { kind: 'retry', reason: 'the file on the server has changed', discard: true };
  }
  if (!RETRYABLE.has(status)) return { kind: 'refused', status };
  const seconds = numberOf(response.headers.get('retry-after'));
  return {
    kind: 'retry',
    reason: `the server answered ${status}`,
    afterMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

/** Some servers send what they keep compressed, whatever is asked for; `fetch` unpacks it. */
function isCompressed(response: Response): boolean {
  return !/^(identity)?$/i.test(response.headers.get('content-encoding') ?? '');
}

/** Bytes to come; of a compressed copy the header says those of another form than arrives here. */
function lengthOf(response: Response): number | undefined {
  return isCompressed(response) ? undefined : numberOf(response.headers.get('content-length'));
}

function numberOf(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Writes as it reads, synchronously: when an attempt has ended, nothing of it is still on its way to the disk. */
async function receive(
  response: Response,
  to: { attempt: Attempt; from: number; total: number | undefined; onChunk: () => void },
): Promise<void> {
  const { attempt, from, total } = to;
  const file = openSync(attempt.part, from === 0 ? 'w' : 'a');
  let done = from;
  try {
    for await (const chunk of response.body ?? []) {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      done += chunk.length;
      to.onChunk();
      attempt.onProgress?.({ done, total: total ?? done, unit: 'byte' });
    }
  } finally {
    closeSync(file);
  }
}

/** fetch says "fetch failed" and hides the reason in the cause; some reasons quote the address with all its secrets. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return scrubAddresses(cause instanceof Error && cause.message !== '' ? cause.message : messageOf(error));
}
