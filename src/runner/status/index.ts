export type { CheckedOut } from './change-outs.ts';
export { type CheckoutOptions, type CheckoutResult, checkout } from './checkout.ts';
export { type FoundLog, logs } from './logs.ts';
export { type StatusOptions, type StatusResult, status, type Warn } from './status.ts';
export { type CodeChange, type Why, why } from './why.ts';
