export { classCounts, FER2013_COUNTS, labelsFor } from './counts.ts';
export {
  type GeneratedFaces,
  type GenerateOptions,
  generateFaces,
  renderFace,
} from './generate.ts';
export type { FaceParameters, FaceStyle } from './parameters.ts';
export { type SampleOptions, sampleFace } from './sample.ts';
export type { Picture } from './sensor.ts';
export { renderSheet, type SheetImage, type SheetOptions, type SheetRow } from './sheet.ts';
