export { type MissingParams, refuseMissingParams } from './check-params.ts';
export { findProject, type ProjectPlace } from './find-project.ts';
export type { Found, KeyPath, Missing } from './key-path.ts';
export { type LoadOptions, loadProject, lockFileOf, type Project } from './load-project.ts';
export { type Params, type ParamsFile, paramValue } from './params.ts';
export type { Artifact, TopLevel, TopLevelPlot } from './top-level.ts';
