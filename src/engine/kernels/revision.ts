// Written by set-up (scripts/setup/kernels.mjs). It makes the kernels a part of the code of every stage that computes: with others it
// runs again.

/** The digest of the C++ sources beside this file. */
export const REVISION = '27a28ee4b22e7399';
