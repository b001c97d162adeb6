import { FermentError } from '../../kit/index.ts';

export function repro(..._: readonly unknown[]): void {
  throw new FermentError('INTERNAL', 'not yet');
}
