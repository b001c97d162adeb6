import { FermentError } from '../../kit/index.ts';

export function checkout(..._: readonly unknown[]): void {
  throw new FermentError('INTERNAL', 'not yet');
}
