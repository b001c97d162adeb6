import { addon } from './addon.mjs';
import { bundle } from './bundle.mjs';
import { checkoutFile, createContext } from './context.mjs';
import { explainError } from './error.mjs';
import { kernels } from './kernels.mjs';
import { link } from './link.mjs';
import { packages } from './packages.mjs';
import { renderDuration } from './progress.mjs';
import { proof } from './proof.mjs';
import { tensorflow } from './tensorflow.mjs';
import { tools } from './tools.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** @typedef {import('./types.ts').Step} Step */

/** Everything a checkout needs, in order: each step may rely on those before it. */
const STEPS = /** @type {readonly Step[]} */ ([
  tools,
  packages,
  tensorflow,
  link,
  addon,
  kernels,
  proof,
  bundle,
]);

/** Sets this checkout up and leaves the exit code of the process: 0, or 1 after one sentence about what is missing. */
export async function main() {
  process.exitCode = await setUp(createContext());
}

/**
 * Runs the steps that are not done yet; returns the exit code.
 * @param {Context} context
 * @param {readonly Step[]} [steps]
 * @returns {Promise<number>}
 */
export async function setUp(context, steps = STEPS) {
  /** @type {(() => void) | undefined} */
  let release;
  try {
    for (const step of steps) {
      if (step.isReady(context)) continue;
      if (step.alone !== false) release ??= await lockCheckout(context);
      await runStep(context, step);
    }
    return 0;
  } catch (error) {
    complain(context, error);
    return 1;
  } finally {
    release?.();
  }
}

/**
 * @param {Context} context
 * @param {Step} step
 */
async function runStep(context, step) {
  // Someone else may have done it while we waited for the lock.
  if (step.isReady(context)) return;
  const startedMs = performance.now();
  const summary = await step.run(context);
  if (summary)
    context.report.line(`${step.name}: ${summary} (${renderDuration(performance.now() - startedMs)})`);
}

/**
 * One set-up at a time in a checkout.
 * @param {Context} context
 */
async function lockCheckout(context) {
  const { takeLock } = await import('./lock.mjs');
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // An ordinary exit, so that locks and temporary files go.
    process.once(signal, () => process.exit(130));
  }
  return takeLock(checkoutFile(context, 'lock'), (holder) => {
    context.report.line(`setup: waiting for ${holder}, which is setting this checkout up`);
  });
}

/**
 * Says what is missing in one sentence, with the failed tool's last words below it.
 * @param {Context} context
 * @param {unknown} error
 */
function complain(context, error) {
  const { report } = context;
  const known = explainError(context, error);
  report.line(`setup: ${known.message}`);
  const detail = (known.detail ?? '').split('\n').filter((line) => line.trim() !== '');
  for (const line of detail.slice(-12)) report.line(`  ${line.trimEnd()}`);
}
