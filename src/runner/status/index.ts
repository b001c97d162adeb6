export { type CheckedOut, type CheckoutOptions, type CheckoutResult, checkout } from './checkout.ts';
export { type FoundLog, logs } from './logs.ts';
export { type CodeChange, status, type Warn, type Why, why } from './status.ts';
