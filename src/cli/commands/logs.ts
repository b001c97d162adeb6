import { FermentError } from '../../kit/index.ts';

export function logs(..._: readonly unknown[]): void {
  throw new FermentError('INTERNAL', 'not yet');
}
