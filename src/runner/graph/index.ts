export { buildGraph, type Graph, globMatches, graphOf } from './graph.ts';
export { leaveOut, type ReducedGraph } from './leave-out.ts';
export { resolveTarget, type SelectOptions, selectTargets, type Waits, waitsOf } from './select.ts';
