export { type MapContext, type MapMetrics, mapPoints } from './map-points.ts';
