export * from './params/index.ts';
