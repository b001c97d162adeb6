export { type Params, paramsSchema } from './schema.ts';
export {
  ARCHITECTURES,
  type Architecture,
  CLASSES,
  type ClassName,
  COMPACT_ARCHITECTURES,
  type CompactArchitecture,
} from './shared.ts';
