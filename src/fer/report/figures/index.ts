export { type BarChart, renderBars } from './bars.ts';
export { colorAt, SCORE_COLORS, SERIES_COLORS, SPLIT_COLORS } from './colors.ts';
export { renderConfusion } from './confusion.ts';
export { renderGraph, type StageGraph } from './graph.ts';
export { type LineChart, type LineSeries, renderLines } from './lines.ts';
export { renderReliability } from './reliability.ts';
export { renderSamples, type SampleRow } from './samples.ts';
export { renderScatter, type ScatterPlot } from './scatter.ts';
export { renderSpaceScatter, type View } from './space-scatter.ts';
