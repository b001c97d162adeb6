export { type Params, paramsSchema } from './schema.ts';
export {
  ARCHITECTURES,
  type Architecture,
  CLASSES,
  type ClassName,
  COMPACT_ARCHITECTURES,
  type CompactArchitecture,
  PAPER_ARCHITECTURES,
  type PaperArchitecture,
} from './shared.ts';
