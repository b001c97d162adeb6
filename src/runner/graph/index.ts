export { buildGraph, type Graph, globMatches } from './graph.ts';
export { resolveTarget, type SelectOptions, selectTargets } from './select.ts';
