import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fer } from '../support/fer.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { formulaValues, readReference, sizeOf, type TensorRow } from '../unit/engine/reference.ts';
import { encodeSafetensors } from '../unit/engine/safetensors.ts';

/** A file of MobileNetV2 with the names of this project, without the tensors that are to be left out. */
function weightsFile(folder: string, isLeftOut: (name: string) => boolean = () => false): void {
  const { tensors } = readReference<{ tensors: readonly TensorRow[] }>('mobilenet');
  const kept = tensors.filter(({ name }) => !isLeftOut(name));
  const entries = kept.map(({ name, k, shape, offset, bound }) => {
    return [name, { shape, values: formulaValues(k, sizeOf(shape), offset, bound) }];
  });
  writeFileSync(join(folder, 'net.safetensors'), encodeSafetensors(Object.fromEntries(entries)));
}

test('fer import-weights makes a model folder, and says what was found', async () => {
  const folder = temporaryFolder();
  weightsFile(folder);
  expect(await fer(folder, 'import-weights', 'net.safetensors', '--model', 'mobilenet')).toEqual({
    exit: 0,
    stdout: [
      "97 tensors of mobilenetv2 (Keras' names), 137,879 numbers in the model",
      'artifacts/imported/net: model.json, weights.bin, model.safetensors, model-info.json',
    ].join('\n'),
    stderr: '',
  });
  const names = readdirSync(join(folder, 'artifacts/imported/net')).sort();
  expect(names).toEqual(['model-info.json', 'model.json', 'model.safetensors', 'weights.bin']);
  const args = ['--model', 'mobilenetv2', '--out', 'other', '--preprocessing', 'unit', '--json'];
  const { stdout } = await fer(folder, 'import-weights', 'net.safetensors', ...args);
  expect(JSON.parse(stdout)).toEqual({
    file: join(folder, 'net.safetensors'),
    architecture: 'mobilenetv2',
    format: 'safetensors',
    layout: 'keras',
    naming: "Keras' names",
    tensors: 97,
    parameters: { learnable: 132_935, moving: 4944, trainable: 132_935 },
    preprocessing: 'unit',
    randomLayers: [],
    out: 'other',
  });
});

test('fer import-weights refuses what does not fit, with exit code 1 and without writing', async () => {
  const folder = temporaryFolder();
  weightsFile(folder, (name) => name.startsWith('logits/'));
  expect(await fer(folder, 'import-weights', 'net.safetensors', '--model', 'mobilenetv2')).toEqual({
    exit: 1,
    stdout: '',
    stderr: [
      "error: net.safetensors does not fit mobilenetv2 (by Keras' names):",
      '  missing: logits/kernel [128, 7]',
      '  missing: logits/bias [7]',
    ].join('\n'),
  });
  expect(existsSync(join(folder, 'artifacts'))).toBe(false);
  const { exit, stderr } = await fer(folder, 'import-weights', 'net.safetensors', '--model', 'alexnet');
  expect(exit).toBe(2);
  expect(stderr).toContain('Expected resnet, mobilenetv2, se-resnet, se-resnet-wide, se-resnet-deep, vgg16.');
});
