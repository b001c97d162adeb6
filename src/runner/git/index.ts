export { type Git, openGit } from './git.ts';
export { type GitScope, isLockText, readLocksInGit } from './lock-files.ts';
export { projectAt } from './project-at.ts';
export { listRevisions } from './refs.ts';
