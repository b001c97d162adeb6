import { FermentError, messageOf } from '../kit/index.ts';
import { createNative, type Native, type NodeBackend, type Tf } from './native.ts';
import { restoreRemovedUtilities } from './node-compatibility.ts';
import { type Kernels, probeKernels } from './onednn.ts';
import { SETUP_COMMAND } from './setup-command.ts';

/** TensorFlow's library, loaded. */
export interface TensorFlow {
  readonly tf: Tf;
  readonly device: 'cpu' | 'cuda';
  readonly version: string;
  readonly native: Native;
  readonly kernels: Kernels;
}

/**
 * Loads TensorFlow's library; `auto` takes CUDA where the library finds a GPU, else the CPU.
 * Throws NO_ENGINE when library or addon are not installed, NO_DEVICE when CUDA was asked for and is not there.
 */
export async function loadTensorFlow(request: 'auto' | 'cpu' | 'cuda', threads: number): Promise<TensorFlow> {
  const asked = process.env[ONEDNN];
  prepareEnvironment(request, threads);
  restoreRemovedUtilities();
  const tf = await importTensorFlow();
  // tfjs-node registers this back end under 'tensorflow'; the declarations know only the general interface.
  const backend = tf.backend() as unknown as NodeBackend;
  const device = backend.isUsingGpuDevice ? 'cuda' : 'cpu';
  if (request === 'cuda' && device !== 'cuda') throw noCuda();
  tf.enableProdMode();
  const native = createNative(backend);
  const kernels = device === 'cpu' && asked !== '0' ? probeKernels(tf, native) : 'standard';
  // The library has read it by now; processes that this one starts shall see what the user set.
  if (asked === undefined) delete process.env[ONEDNN];
  return { tf, device, version: backend.binding.TF_Version, native, kernels };
}

const ONEDNN = 'TF_ENABLE_ONEDNN_OPTS';

/** TensorFlow reads these once, while its shared library is loaded. */
function prepareEnvironment(request: string, threads: number): void {
  const set = (name: string, value: string): void => {
    process.env[name] = value;
  };
  const setDefault = (name: string, value: string): void => {
    process.env[name] ??= value;
  };
  setDefault('TF_CPP_MIN_LOG_LEVEL', '3');
  // Or the library rewrites graphs on some processors (AVX-512 with VNNI, AMX) and not on others, and says so on
  // stderr. The kernels that the rewriting would choose are called by name here.
  setDefault(ONEDNN, '0');
  set('TF_NUM_INTRAOP_THREADS', String(threads));
  set('OMP_NUM_THREADS', String(threads));
  // Keep the memory of large tensors: given back to the system and taken again at every operation, its pages are
  // zeroed anew each time, a fifth of a training step.
  setDefault('TF_CPU_ALLOCATOR_USE_BFC', 'true');
  // oneDNN's product of matrices moves the stack pointer into the heap where a sum is longer than 2,048 (its
  // jit_avx512_common_gemm_f32.cpp, buffer_in_ws), so that a signal that comes then, a resized terminal's or a
  // profiler's, writes over other memory. Eigen's own takes as long here.
  setDefault('TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL', 'false');
  // Same inputs, same bytes: the GPU kernels with a fixed order of summation.
  setDefault('TF_DETERMINISTIC_OPS', '1');
  // Else the first process takes the whole memory of the GPU.
  setDefault('TF_FORCE_GPU_ALLOW_GROWTH', 'true');
  if (request === 'cpu') set('CUDA_VISIBLE_DEVICES', '-1');
}

async function importTensorFlow(): Promise<Tf> {
  try {
    const module = await import('@tensorflow/tfjs-node-gpu');
    // A CommonJS package: Node gives its exports as `default`; loaders that look at `__esModule` give them directly.
    return module.default ?? module;
  } catch (error) {
    throw new FermentError('NO_ENGINE', `TensorFlow cannot be loaded: ${firstLine(messageOf(error))}`, {
      hint: `Install the library and its addon: ${SETUP_COMMAND}`,
      cause: error,
    });
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

function noCuda(): FermentError {
  return new FermentError(
    'NO_DEVICE',
    'CUDA was asked for, but the TensorFlow library finds no NVIDIA GPU.',
    {
      hint: `Check that nvidia-smi lists a GPU and that \`${SETUP_COMMAND}\` took the CUDA library (it does where it finds the NVIDIA driver), or set engine.device to auto.`,
    },
  );
}
