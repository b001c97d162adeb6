export { compareInputs } from './compare.ts';
export { fingerprintOf, outInputs } from './fingerprint.ts';
export { type Leaf, leavesOf } from './leaves.ts';
export { stageParams } from './stage-params.ts';
