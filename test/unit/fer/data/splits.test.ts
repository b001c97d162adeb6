import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireWholeSplits } from '../../../../src/fer/data/splits.ts';
import { assignSplits, CLASSES, type RawImage } from '../../../../src/fer/index.ts';

const HONEST = { protocol: 'honest', validationFraction: 0.1 } as const;
const PAPER = { protocol: 'paper', validationFraction: 0.1 } as const;

const listing = fc
  .uniqueArray(
    fc.record({
      part: fc.constantFrom('train' as const, 'test' as const),
      label: fc.nat({ max: 6 }),
      name: fc
        .tuple(fc.constantFrom('Training_', 'PublicTest_', 'PrivateTest_', ''), fc.nat({ max: 60 }))
        .map(([prefix, n]) => `${prefix}${n}.png`),
    }),
    { selector: ({ part, label, name }) => `${part}/${label}/${name}`, maxLength: 120 },
  )
  .map((images): RawImage[] => images.map((i) => ({ ...i, path: `${i.part}/${i.label}/${i.name}` })));

const paths = (images: readonly RawImage[]): string[] => images.map((image) => image.path);

describe('the honest protocol', () => {
  it('puts every image into exactly one split, train files never into test', () => {
    fc.assert(
      fc.property(listing, fc.nat(), (images, seed) => {
        const { train, validation, test } = assignSplits(images, HONEST, seed);
        expect([...paths(train), ...paths(validation), ...paths(test)].sort()).toEqual(paths(images).sort());
        expect(test.every((image) => image.part === 'test')).toBe(true);
        expect(train.every((image) => image.part === 'train')).toBe(true);
      }),
    );
  });

  it('depends on names and seed, not on the order of the listing', () => {
    fc.assert(
      fc.property(listing, fc.nat(), (images, seed) => {
        expect(assignSplits(images.toReversed(), HONEST, seed)).toEqual(assignSplits(images, HONEST, seed));
      }),
    );
  });

  it('validates on PublicTest and tests on the rest where the names tell', () => {
    const images = ['PublicTest_1.jpg', 'PrivateTest_2.jpg', 'x.jpg'].map(
      (name): RawImage => ({ part: 'test', label: 0, name, path: `test/angry/${name}` }),
    );
    const splits = assignSplits(images, HONEST, 1);
    expect(splits.validationRule).toBe('names');
    expect(paths(splits.validation)).toEqual(['test/angry/PublicTest_1.jpg']);
    expect(paths(splits.test)).toEqual(['test/angry/PrivateTest_2.jpg', 'test/angry/x.jpg']);
  });

  it.each(['PublicTest_', 'PrivateTest_', 'im'])(
    'holds a share of each class of train out where all of test is named %s',
    (prefix) => {
      const images = [0, 1].flatMap((label) =>
        Array.from(
          { length: label === 0 ? 30 : 3 },
          (_, i): RawImage => ({ part: 'train', label, name: `${i}.png`, path: `train/${label}/${i}.png` }),
        ),
      );
      images.push({ part: 'test', label: 0, name: `${prefix}1.png`, path: 'test/0/1.png' });
      const { train, validation, test, validationRule } = assignSplits(images, HONEST, 1);
      expect(validationRule).toBe('held-out');
      expect([0, 1].map((label) => validation.filter((image) => image.label === label).length)).toEqual([
        3, 1,
      ]);
      expect([train.length, test.length]).toEqual([29, 1]);
      expect(paths(assignSplits(images, HONEST, 2).validation)).not.toEqual(paths(validation));
    },
  );

  it('never takes the last training image of a class', () => {
    const images: RawImage[] = [{ part: 'train', label: 3, name: 'only.png', path: 'train/happy/only.png' }];
    expect(assignSplits(images, { ...HONEST, validationFraction: 0.5 }, 1).train).toHaveLength(1);
  });
});

describe("the paper's protocol", () => {
  it('validates and tests on all test files', () => {
    fc.assert(
      fc.property(listing, (images) => {
        const splits = assignSplits(images, PAPER, 1);
        expect(splits.validation).toEqual(splits.test);
        expect(splits.test).toHaveLength(images.filter((image) => image.part === 'test').length);
        expect(splits.train).toHaveLength(images.filter((image) => image.part === 'train').length);
      }),
    );
  });
});

describe('splits that lack a class', () => {
  /** Files of these names for every class of a part, but for those that are left out. */
  const part = (
    of: RawImage['part'],
    names: readonly string[],
    without: readonly string[] = [],
  ): RawImage[] =>
    CLASSES.flatMap((className, label) =>
      without.includes(className)
        ? []
        : names.map((name) => ({ part: of, label, name, path: `${of}/${className}/${name}` })),
    );
  const check = (images: readonly RawImage[], split: typeof HONEST | typeof PAPER = HONEST): void =>
    requireWholeSplits(assignSplits(images, split, 1), 'data/raw');
  const train = part('train', ['1.jpg', '2.jpg']);

  it('are refused when validation images hide that test has none of it', () => {
    const images = [
      ...train,
      ...part('test', ['PublicTest_1.jpg']),
      ...part('test', ['1.jpg'], ['fear', 'surprise']),
    ];
    expect(() => check(images)).toThrow(
      expect.objectContaining({
        code: 'DATA_LAYOUT',
        message:
          'Every split of data/raw must have images of all 7 classes. Received: none in test/fear, test/surprise. Of its test files, 7 named PublicTest_… (or from a validation folder) validate and 5 test.',
      }),
    );
    expect(() => check(images, PAPER)).not.toThrow();
  });

  it('are refused when a single name would make validation of one image', () => {
    const stray: RawImage = {
      part: 'test',
      label: 3,
      name: 'PublicTest_1.jpg',
      path: 'test/happy/PublicTest_1.jpg',
    };
    expect(() => check([...train, ...part('test', ['1.jpg']), stray])).toThrow(
      /none in validation\/angry, validation\/disgust, validation\/fear, validation\/neutral, validation\/sad, validation\/surprise\. .* 1 named PublicTest_…/,
    );
  });

  it('pass where validation is held out of few training images', () => {
    expect(() => check([...part('train', ['1.jpg']), ...part('test', ['1.jpg'])])).not.toThrow();
    expect(() => check([...train, ...part('test', ['PublicTest_1.jpg', 'PrivateTest_1.jpg'])])).not.toThrow();
  });
});
