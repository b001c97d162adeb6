// The root tsconfig.json checks TypeScript only; scripts/tsconfig.json checks the scripts and these tests together, with their types.
declare module '*.mjs';
