import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FermentError, messageOf } from '../kit/index.ts';
import { REVISION } from './kernels/revision.ts';
import { SETUP_COMMAND } from './setup-command.ts';

/** The engine's own operations (`kernels/`), registered with TensorFlow's library in this process. */
export interface FusedKernels {
  /** For what processors the copy that runs was compiled: `x86-64-v4` (AVX-512), `x86-64-v3` (AVX2), `generic`. */
  readonly instructions: string;
  /** Whether the processor has instructions for products in bfloat16. */
  readonly multipliesBfloat16: boolean;
}

/**
 * Registers the engine's own operations with TensorFlow's library, which must be loaded: from then on the back end runs
 * them by name, as any other. They are for the processor. Undefined on another device, where set-up has not compiled
 * them, and where the environment has `FERMENT_KERNELS=standard`; `FERMENT_KERNELS=x86-64-v3` and `generic` take an
 * older copy than the processor would allow.
 * Throws NO_ENGINE when they are there but cannot be loaded, or are made from other sources than this engine knows:
 * nothing falls silently to other kernels.
 */
export function loadFusedKernels(device: 'cpu' | 'cuda'): FusedKernels | undefined {
  if (device !== 'cpu' || process.env['FERMENT_KERNELS'] === 'standard') return undefined;
  // Beside the addon of the package, so that both find the same library from where they lie.
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
  const path = join(folder, 'lib', 'napi-v8', 'ferment_kernels');
  if (!existsSync(`${path}.node`)) return undefined;
  try {
    if (!readFileSync(`${path}.key`, 'utf8').startsWith(REVISION)) throw new Error('made from other sources');
    const { instructions, multipliesBfloat16 }: FusedKernels = require(`${path}.node`);
    return { instructions, multipliesBfloat16 };
  } catch (error) {
    throw new FermentError('NO_ENGINE', `The engine's own kernels cannot be loaded: ${messageOf(error)}.`, {
      hint: `Compile them: ${SETUP_COMMAND} (after removing ${path}.node, if they stay so). Without them: FERMENT_KERNELS=standard.`,
      cause: error,
    });
  }
}
