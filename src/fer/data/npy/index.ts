export type { NpyArray, NpyData, NpyDtype, NpyHeader } from './format.ts';
export { type NpyExpectation, readNpy } from './read.ts';
export { type NpyWriter, openNpyWriter, writeNpy } from './write.ts';
