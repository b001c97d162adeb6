import { describe, expect, it } from 'vitest';
import { activeUnits, tooFewUnits } from '../../../../src/fer/evaluation/index.ts';

describe('the active units of an embedding', () => {
  it('are those that are not the same number for every image', () => {
    // Three images of four units: 0 for all, 0 but once, the same number for all, another each time.
    const embeddings = Float32Array.of(0, 0, 5, 1, 0, 0, 5, 2, 0, 7, 5, 3);
    expect(activeUnits(embeddings, 4)).toEqual({ units: 4, active: 2 });
  });

  it('are none where there is one image or none', () => {
    expect(activeUnits(Float32Array.of(1, 2), 2)).toEqual({ units: 2, active: 0 });
    expect(activeUnits(new Float32Array(), 3)).toEqual({ units: 3, active: 0 });
  });

  it.each([
    [0, 'none of the 64 units before the last layer tells images apart'],
    [1, 'only 1 of the 64 units before the last layer tells images apart'],
    [5, 'only 5 of the 64 units before the last layer tell images apart'],
  ])('are too few for seven classes where there are %i', (active, text) => {
    expect(tooFewUnits({ units: 64, active }, 7)).toBe(
      `${text} (the others answer all of them with the same number), and 7 classes need 6`,
    );
  });

  it('suffice for seven classes where there are six, and for two where there is one', () => {
    expect(tooFewUnits({ units: 64, active: 6 }, 7)).toBeUndefined();
    expect(tooFewUnits({ units: 64, active: 1 }, 2)).toBeUndefined();
  });
});
