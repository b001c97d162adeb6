export { type Condition, parseCondition, throwIfUnreadable, violations } from './condition.ts';
export { diffValues, toJson, type ValueChange, type Values, type ValuesDiff } from './diff.ts';
export { type Direction, directionOf } from './direction.ts';
export { flatten, type Scalar } from './flatten.ts';
export { readMetrics, readParams, type SideValues, workspaceMetrics } from './read.ts';
export {
  formatLeaf,
  type Labelled,
  type RenderOptions,
  renderDiff,
  renderRevisions,
  renderValues,
  type Verdict,
} from './render.ts';
export { commitSide, type Side, sidesOf, workspaceSide } from './side.ts';
