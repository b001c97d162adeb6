import fc from 'fast-check';
import { expect, it } from 'vitest';
import { otherRows, STAT_WORDS, treeOf } from '../../../../src/runner/hash/tree.ts';

it('the rows in which two trees differ are those in which one word differs, in folders of any size', () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(STAT_WORDS - 1)), { maxLength: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1100 }), edits, (count, changes) => {
      const names = Array.from({ length: count }, (_, row) => `f${row}`);
      const before = Float64Array.from({ length: count * STAT_WORDS }, (_, word) => word + 0.25);
      const after = before.slice();
      const changed = new Set<number>();
      for (const [at, word] of count === 0 ? [] : changes) {
        const row = at % count;
        after[row * STAT_WORDS + word] = -1;
        changed.add(row);
      }
      const rows = otherRows(treeOf(names, before), treeOf(names, after));
      expect(rows).toEqual([...changed].sort((a, b) => a - b));
    }),
  );
});
