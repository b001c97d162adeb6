export { readSoftTargets, type SoftTargets } from './soft-targets.ts';
export { type TeachingMetrics, type TeachingProgress, teachTargets } from './teach.ts';
export { loadTeachers, type Teachers } from './teachers.ts';
