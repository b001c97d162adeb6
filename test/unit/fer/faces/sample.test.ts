import { describe, expect, it } from 'vitest';
import { CLASSES, sampleFace } from '../../../../src/fer/index.ts';

const clean = { seed: 3, style: 'first', index: 0, difficulty: 0 } as const;
const label = (name: (typeof CLASSES)[number]): number => CLASSES.indexOf(name);

describe('sampleFace', () => {
  it('keeps the person, pose and backdrop of an index whatever it feels', () => {
    const happy = sampleFace({ ...clean, label: label('happy') });
    const sad = sampleFace({ ...clean, label: label('sad') });
    expect(sad.person).toEqual(happy.person);
    expect(sad.backdrop).toEqual(happy.backdrop);
    expect(sad.expression).not.toEqual(happy.expression);
  });

  it('looks straight, unoccluded and sharp at difficulty 0', () => {
    const { pose, occlusions, sensor } = sampleFace({ ...clean, label: 0 });
    const { scale, ...moved } = pose;
    expect(scale).toBe(1);
    expect(Object.values(moved).map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
    expect(occlusions).toEqual([]);
    expect(sensor).toMatchObject({ noise: 0, blur: 0, contrast: 1 });
  });

  it('moves the muscles that each class is known by', () => {
    for (let index = 0; index < 12; index++) {
      const of = (name: (typeof CLASSES)[number]) =>
        sampleFace({ ...clean, index, label: label(name) }).expression;
      expect(of('happy').corner).toBeGreaterThan(0.5);
      expect(of('sad').corner).toBeLessThan(-0.5);
      expect(of('angry').browInner).toBeLessThan(-0.5);
      expect(of('surprise').browOuter).toBeGreaterThan(0.5);
      expect(of('disgust').noseWrinkle).toBeGreaterThan(0.5);
      expect(of('fear').eyeOpen).toBeGreaterThan(0.5);
      expect(Math.abs(of('neutral').corner)).toBeLessThan(0.01);
    }
  });

  it('spreads over the frame as difficulty grows', () => {
    const spread = (difficulty: number): number =>
      Array.from({ length: 100 }, (_, index) =>
        Math.abs(sampleFace({ ...clean, index, label: 4, difficulty }).pose.shiftX),
      ).reduce((s, v) => s + v, 0);
    expect(spread(1)).toBeGreaterThan(spread(0.5) * 1.5);
  });
});
