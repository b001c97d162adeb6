export { type InjectOptions, type InjectReport, injectImages } from './inject.ts';
