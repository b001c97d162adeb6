export { plotsJson } from './json.ts';
export { renderPlotsPage } from './page.ts';
export type { Figure } from './read-figure.ts';
export { type PlotsOptions, plotIds, readPlots } from './read-plots.ts';
export type { PlotOverrides } from './spec.ts';
