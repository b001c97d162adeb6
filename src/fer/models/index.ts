export { buildModel, disposeModel, type ModelOptions } from './build.ts';
export { countMultiplyAdds, countParameters, type ParameterCounts } from './count.ts';
export { IMAGE_SHAPE } from './layers.ts';
export { loadModel } from './load-model.ts';
export type { ModelInfo } from './model-info.ts';
export { type Predictions, type PredictOptions, predict, softmaxRows } from './predict.ts';
export { type Preprocessing, preprocess } from './preprocessing.ts';
export { MODEL_FILES, saveModel } from './save-model.ts';
export { loadVggWeights } from './vgg-weights.ts';
