export {
  type MapContext,
  type MapMetrics,
  type MapQuality,
  mapPoints,
  type TsneQuality,
} from './map-points.ts';
