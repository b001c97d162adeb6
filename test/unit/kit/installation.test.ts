import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installed } from '../../../src/kit/index.ts';
import { repository } from '../../support/project.ts';

test('what comes with Ferment is found from its code upwards; what it does not have is undefined', () => {
  expect(installed('models', 'fer2013', 'model.json')).toBe(join(repository, 'models/fer2013/model.json'));
  expect(installed('models', 'of-nothing', 'model.json')).toBeUndefined();
});
