export * from './data/index.ts';
export * from './embedding/index.ts';
export * from './evaluation/index.ts';
export * from './faces/index.ts';
export * from './models/index.ts';
export * from './params/index.ts';
export * from './report/index.ts';
export * from './training/index.ts';
