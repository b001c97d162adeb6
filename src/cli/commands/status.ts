import { FermentError } from '../../kit/index.ts';

export function status(..._: readonly unknown[]): void {
  throw new FermentError('INTERNAL', 'not yet');
}
