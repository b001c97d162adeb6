import type { Resources, Retries } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import type { StageSource } from '../schema/stage-schema.ts';
import { parseDuration } from './duration.ts';
import { parseSize } from './size.ts';
import type { Setting } from './stage-setting.ts';

/** What a stage takes while it runs; one processor unless it says otherwise. */
export function buildResources(
  source: NonNullable<StageSource['resources']>,
  { complain }: Setting,
): Resources {
  const { cpus, gpus, memory } = source;
  const memoryBytes = parseSize(memory);
  if (memory !== undefined && memoryBytes === undefined) {
    complain(['resources', 'memory'], {
      message: `'memory' must be a size such as 4GB, 512MB or 1.5GiB. Received: ${JSON.stringify(memory)}`,
    });
  }
  return {
    cpus: typeof cpus === 'number' ? cpus : 1,
    gpus: typeof gpus === 'number' ? gpus : 0,
    memoryBytes,
  };
}

/** The timeout in milliseconds. */
export function buildTimeout(timeout: StageSource['timeout'], { complain }: Setting): number | undefined {
  if (timeout === undefined) return undefined;
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs;
  complain(['timeout'], { message: durationMessage('timeout', timeout, 'longer than 0') });
  return undefined;
}

/** How often, and after what wait, a stage that failed is tried again. */
export function buildRetries(source: StageSource['retries'], { complain }: Setting): Retries {
  if (!isObject(source)) return { times: numberOr(source, 0), delayMs: 0, backoff: 1 };
  const { times, delay = 0, backoff } = source;
  const delayMs = parseDuration(delay);
  if (delayMs === undefined)
    complain(['retries', 'delay'], { message: durationMessage('retries.delay', delay, 'not negative') });
  return { times: numberOr(times, 0), delayMs: delayMs ?? 0, backoff: numberOr(backoff, 1) };
}

function durationMessage(name: string, received: unknown, limit: string): string {
  const form = `a time such as 90s, 15m or 2h, or seconds: ${limit}, at most 24 days`;
  return `'${name}' must be ${form}. Received: ${JSON.stringify(received)}`;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
