import { unreachable } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';

/** Which epoch's weights become the model. */
export type Keep = Params['baseline']['keep'];

interface Scores {
  readonly loss: number;
  readonly macroF1: number;
}

/** Whether an epoch replaces the one kept so far; of equals the earlier stays, except that `last` always moves on. */
export function isBetterEpoch(keep: Keep, kept: Scores | undefined, now: Scores): boolean {
  if (kept === undefined) return true;
  switch (keep) {
    case 'best-loss':
      return now.loss < kept.loss;
    case 'best-macro-f1':
      return now.macroF1 > kept.macroF1;
    case 'last':
      return true;
    default:
      return unreachable(keep);
  }
}
