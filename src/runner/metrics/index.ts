export { diffValues, toJson, type ValueChange, type Values, type ValuesDiff } from './diff.ts';
export { flatten, type Leaf } from './flatten.ts';
export { formatLeaf, type RenderOptions, renderDiff, renderValues } from './render.ts';
