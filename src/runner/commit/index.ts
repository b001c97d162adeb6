export { type Acceptance, type CommitOptions, type CommitResult, commit, type Refusal } from './commit.ts';
