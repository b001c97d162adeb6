// Written by set-up (scripts/setup/kernels.mjs). It makes the kernels a part of the code of every stage that computes: with others it
// runs again.

/** The digest of the C++ sources beside this file. */
export const REVISION = '2a73b805595344e2';
