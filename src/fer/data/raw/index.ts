export { type BadImage, refuseBadImages } from './bad-images.ts';
export { generateRaw } from './generate.ts';
export { importCsv } from './import-csv.ts';
export { type ImportReport, importTree } from './import-tree.ts';
export { listRawImages } from './listing.ts';
export { createRawWriter, type RawCounts, type RawWriter } from './writer.ts';
