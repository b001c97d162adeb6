// Written by set-up (scripts/setup/kernels.mjs). It makes the kernels a part of the code of every stage that computes: with others it
// runs again.

/** The digest of the C++ sources beside this file. */
export const REVISION = 'b8386adba57b264a';
