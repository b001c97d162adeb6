export type { FsckProgress } from './check-objects.ts';
export type { Finding, Owner } from './findings.ts';
export { type FsckOptions, type FsckResult, fsck } from './fsck.ts';
