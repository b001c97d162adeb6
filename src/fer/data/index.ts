export { type AugmentOptions, type AugmentReport, augmentImages } from './augment.ts';
export { labelOfName } from './class-names.ts';
export { type Dataset, digestOfDataset, IMAGE_PIXELS, IMAGE_SIDE, loadDataset } from './dataset.ts';
export { type DownloadOptions, type DownloadReport, downloadDataset } from './download.ts';
export { type InjectOptions, type InjectReport, injectImages } from './inject/index.ts';
export {
  type NpyArray,
  type NpyData,
  type NpyDtype,
  type NpyExpectation,
  type NpyWriter,
  openNpyWriter,
  readNpy,
  writeNpy,
} from './npy/index.ts';
export {
  type PackOptions,
  type PackReport,
  packSplits,
  type SplitName,
  type SplitReport,
} from './pack/index.ts';
export { toRgb } from './pack/write-split.ts';
export { loadPixels } from './pixels.ts';
export type { DataProgress, DataReporting } from './progress.ts';
export { type ImageProvenance, ORIGINS, type Origin } from './provenance.ts';
export { assignSplits, type RawImage, type Splits } from './splits.ts';
export { hasImageName, isSystemFile } from './tree/index.ts';
