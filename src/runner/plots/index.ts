export type { Figure } from './figure.ts';
export { plotsJson } from './json.ts';
export { renderPlotsPage } from './page.ts';
export { type PlotsOptions, plotIds, readPlots } from './read-plots.ts';
export type { PlotOverrides } from './spec.ts';
