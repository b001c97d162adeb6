export { type MissingParams, refuseMissingParams } from './check-params.ts';
export { findProject, type ProjectPlace } from './find-project.ts';
export type { Found, KeyPath, Missing } from './key-path.ts';
export { loadProject, lockFileOf } from './load-project.ts';
export { type Params, type ParamsFile, paramValue } from './params.ts';
export type { LoadOptions, Project } from './project.ts';
export { describeSkipped } from './skipped-projects.ts';
export type { Artifact, TopLevel, TopLevelPlot } from './top-level.ts';
