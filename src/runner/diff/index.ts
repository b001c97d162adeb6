export { compareData, type DataChange, type DataDiff } from './compare-data.ts';
export { commitData, type DataSide, workspaceData } from './data-side.ts';
export type { FileChange } from './explain.ts';
export { dataDiffJson } from './json.ts';
export type { LineCounts } from './line-counts.ts';
export { renderDataDiff, renderDataDiffByStage, renderDataDiffMarkdown } from './render-data.ts';
