export { isZipFile, openTree, requirePath } from './open-tree.ts';
export { packingOf } from './packing.ts';
export {
  type FileTree,
  hasCsvName,
  hasImageName,
  type IgnoreReason,
  isSystemFile,
  type TreeFile,
} from './tree.ts';
