import { FermentError } from '../../kit/index.ts';

export function why(..._: readonly unknown[]): void {
  throw new FermentError('INTERNAL', 'not yet');
}
