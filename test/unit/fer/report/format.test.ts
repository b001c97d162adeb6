import { expect, test } from 'vitest';
import { firstRuns, inModelOrder, modelName } from '../../../../src/fer/report/sections/format.ts';

const keys = [
  'mobilenetv2',
  'resnet-10',
  'resnet-nodrop',
  'resnet-2',
  'resnet',
  'own-3',
  'own-2',
  'se-resnet-wide-2',
];
const entries = keys.map((key) => [key, 0] as const);

test('models stand in the order of the paper, then by name, and their runs by number', () => {
  expect(inModelOrder(entries).map(([key]) => key)).toEqual([
    'resnet',
    'resnet-2',
    'resnet-10',
    'mobilenetv2',
    'se-resnet-wide-2',
    'own-2',
    'own-3',
    'resnet-nodrop',
  ]);
});

test('only a number makes a further run: another training is a net of its own', () => {
  expect(firstRuns(new Map(entries)).map(([key]) => key)).toEqual([
    'resnet',
    'mobilenetv2',
    'se-resnet-wide-2',
    'own-2',
    'own-3',
    'resnet-nodrop',
  ]);
  expect(['resnet-2', 'se-resnet-wide-2', 'resnet-nodrop', 'own-2'].map(modelName)).toEqual([
    'ResNet 2',
    'SE-ResNet wide 2',
    'resnet-nodrop',
    'own-2',
  ]);
});
