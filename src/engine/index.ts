export type { StepResult } from './batch-loss.ts';
export { whyNotCompiled } from './graph/compile.ts';
export { createInference, type Inference } from './inference.ts';
export { type Device, type DeviceRequest, type Engine, type EngineOptions, loadEngine } from './load.ts';
export type { Layer, LayersModel, LayerVariable, SymbolicTensor, Tensor, Tensor4D, Tf } from './native.ts';
export { smoothedTargets } from './ops/softmax-cross-entropy.ts';
export type { OptimizerOptions } from './optimizer.ts';
export { type Precision, precisionWarning, withPrecision } from './precision.ts';
export type { TensorState, TensorStates } from './tensor-states.ts';
export { createTrainer, type Trainer, type TrainerOptions } from './trainer.ts';
export {
  encodeSafetensors,
  type NamedTensor,
  type WeightPrecision,
  weightBytes,
} from './weights/encode-safetensors.ts';
export { readHdf5 } from './weights/hdf5.ts';
export { readWeights, type StoredWeights } from './weights/read-weights.ts';
export { parseSafetensors, type StoredTensor } from './weights/safetensors.ts';
