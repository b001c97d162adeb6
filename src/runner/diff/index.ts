export { compareData, type DataChange, type DataDiff } from './compare-data.ts';
export { commitData, type DataSide, workspaceData } from './data-side.ts';
export { dataDiffJson } from './json.ts';
export { renderDataDiff, renderDataDiffByStage, renderDataDiffMarkdown } from './render-data.ts';
