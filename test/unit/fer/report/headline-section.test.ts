import { expect, test } from 'vitest';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { headlineSection } from '../../../../src/fer/report/sections/headline.ts';

const scores = {
  model: { architecture: 'resnet', parameters: { learnable: 481_551, moving: 0 }, multiplyAdds: 1e7 },
  images: 7178,
  accuracy: 0.533,
  macroF1: 0.454,
  top2Accuracy: 0.725,
  calibration: { ece: 0.019 },
  alarms: [],
};

test("says how long the nets were trained beside the paper's, so that a short training shows, of further seeds too", () => {
  const results = {
    packed: { validationRule: 'names' },
    evaluation: new Map([
      ['resnet', scores],
      ['resnet-2', scores],
      ['mobilenetv2', scores],
      ['se-resnet', scores],
    ]),
    training: new Map(
      ['baseline', 'resnet', 'resnet-2', 'mobilenetv2', 'se-resnet'].map((name, i) => [
        name,
        { metrics: { epochs: 10 + i }, history: [] },
      ]),
    ),
  } as unknown as Results;
  expect(renderMarkdown(headlineSection(results, 'zip'))).toContain(
    "Epochs of training, the paper's in brackets: ResNet 11 or 12 (40), MobileNetV2 13 (15).",
  );
});

test('says which images are scored: read once, or those that everything was chosen on; and which nets the paper has besides', () => {
  const textOf = (validationRule: string): string =>
    renderMarkdown(
      headlineSection(
        {
          packed: { validationRule },
          evaluation: new Map([['resnet', scores]]),
          training: new Map(),
        } as unknown as Results,
        'zip',
      ),
    );
  expect(textOf('names')).toContain('Test split, 7,178 images, read once. Scores in per cent.');
  expect(textOf('test-files')).toContain(
    'Test split, 7,178 images, the very images that configurations and epochs were chosen on.',
  );
  expect(textOf('names')).toContain(
    "Of the paper's models, not evaluated here: VGG16 baseline, MobileNetV2.",
  );
});
