export { type Measurement, type MeasureOptions, measureModel } from './measure-model.ts';
