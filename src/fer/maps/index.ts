export type { MapMetrics, MapQuality } from './map-metrics.ts';
export { type MapContext, mapPoints } from './map-points.ts';
