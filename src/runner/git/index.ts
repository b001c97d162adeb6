export { type Git, openGit } from './git.ts';
