export { exactKl, neighbourKl } from './kullback-leibler.ts';
export { type Matrix, matrixOf } from './matrix.ts';
export { type NeighbourOptions, type Neighbours, nearestNeighbours } from './neighbours.ts';
export { type Pca, pca } from './pca.ts';
export {
  type LabelAccuracy,
  neighbourLabelAccuracy,
  neighbourPreservation,
  trustworthiness,
} from './quality.ts';
export { type TsneOptions, type TsneProgress, type TsneResult, tsne } from './tsne.ts';
