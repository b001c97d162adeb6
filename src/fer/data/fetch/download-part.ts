import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FermentError, formatDuration, plural, readTextIfAny, writeFileAtomic } from '../../../kit/index.ts';
import { withoutSecrets } from './address.ts';
import { type AttemptResult, attemptDownload } from './attempt.ts';
import type { FetchOptions } from './fetch-file.ts';
import { explainAstray, explainRefusal } from './refusal.ts';

/** How hard to try. */
export interface Patience {
  readonly attempts: number;
  /** Pause before the second attempt; each further one is twice as long. */
  readonly pauseMs: number;
  readonly stallMs: number;
}

const PATIENCE: Patience = { attempts: 6, pauseMs: 1000, stallMs: 60_000 };
const MAX_PAUSE_MS = 60_000;

/** Fills the part of a file, `<path>.part`, from where an earlier attempt stopped. Throws as fetchFile does. */
export async function downloadPart(path: string, options: FetchOptions): Promise<void> {
  const patience = { ...PATIENCE, ...options.patience };
  let reason = '';
  for (let attempt = 1; attempt <= patience.attempts; attempt++) {
    const result = await attemptDownload({
      url: options.url,
      headers: options.headers ?? {},
      part: `${path}.part`,
      validator: readTextIfAny(`${path}.part.validator`),
      onValidator: (validator) => saveValidator(`${path}.part.validator`, validator),
      stallMs: patience.stallMs,
      onProgress: options.onProgress,
    });
    if (result.kind === 'done') return;
    if (result.kind === 'refused') throw explainRefusal(result.status, options);
    if (result.kind === 'astray') throw explainAstray(result.reason, options);
    reason = result.reason;
    if (attempt < patience.attempts) await pause(result, attempt, patience, options);
  }
  throw new FermentError(
    'DATA_NETWORK',
    `Cannot download ${withoutSecrets(options.url)}: ${reason} (${plural(patience.attempts, 'attempt')}).`,
    {
      hint: 'Run again to go on where it stopped, or get the file another way and use download.source=zip with download.path.',
    },
  );
}

function saveValidator(path: string, validator: string | undefined): void {
  if (validator === undefined) rmSync(path, { force: true });
  else writeFileAtomic(path, validator, { durable: false });
}

async function pause(
  result: Extract<AttemptResult, { kind: 'retry' }>,
  attempt: number,
  patience: Patience,
  options: FetchOptions,
): Promise<void> {
  const ms = Math.min(MAX_PAUSE_MS, result.afterMs ?? patience.pauseMs * 2 ** (attempt - 1));
  options.onWarning?.(`Download interrupted (${result.reason}); trying again in ${formatDuration(ms)}.`);
  await sleep(ms);
}
