export { type Git, openGit } from './git.ts';
export { projectAt } from './project-at.ts';
