export { type Dataset, IMAGE_PIXELS, IMAGE_SIDE, loadDataset } from './dataset.ts';
export { type DownloadOptions, type DownloadReport, downloadDataset } from './download.ts';
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
export type { DataProgress, DataReporting } from './progress.ts';
export { type ImageProvenance, ORIGINS, type Origin } from './provenance.ts';
export { assignSplits, type RawImage, type Splits } from './splits.ts';
