export { areSameInputs, compareInputs } from './compare.ts';
export { fingerprintOf, nameInputs, outInputs } from './fingerprint.ts';
export { type Leaf, leavesOf } from './leaves.ts';
export { stageParams } from './stage-params.ts';
