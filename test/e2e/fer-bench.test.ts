import { describe, expect, test } from 'vitest';
import { VERSION } from '../../src/kit/index.ts';
import { fer } from '../support/fer.ts';
import { temporaryFolder } from '../support/temporary.ts';

const bench = (...args: readonly string[]) => fer(temporaryFolder(), 'bench', ...args);

describe('fer', () => {
  test('says its version and lists its commands', async () => {
    expect(await fer('.', '--version')).toEqual({ exit: 0, stdout: VERSION, stderr: '' });
    const { exit, stdout } = await fer('.', '--help');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^Usage: fer \[options\] \[command\]/);
    expect(stdout).not.toContain('__measure');
  });

  test('answers a wrong command line with what there is, and exit code 2', async () => {
    expect(await fer('.', 'bnech')).toEqual({
      exit: 2,
      stdout: '',
      stderr: "error: unknown command 'bnech'\n(Did you mean bench?)\nfer --help lists what there is.",
    });
  });
});

describe('fer bench', () => {
  test('measures each model in a process of its own, and prints one JSON object', async () => {
    const { exit, stdout, stderr } = await bench(
      '--json',
      '--models',
      'mobilenet,resnet',
      '--batch',
      '8',
      '--seconds',
      '0',
    );
    expect(exit).toBe(0);
    expect(stderr).toMatch(
      /^TensorFlow \d+\.\d+\.\d+ on (cpu|cuda) with \d+ threads? \(.+\); .*kernels.*; batches of 8, 0 s each$/,
    );
    const figures: Record<string, Record<string, number>> = JSON.parse(stdout);
    expect(Object.keys(figures)).toEqual(['mobilenetv2', 'resnet']);
    for (const model of Object.values(figures)) {
      expect(Object.keys(model)).toEqual([
        'trainImagesPerSecond',
        'predictImagesPerSecond',
        'peakMemoryBytes',
      ]);
      expect(Math.min(...Object.values(model))).toBeGreaterThan(0);
    }
    // The larger model comes first: in one process, the smaller one would have its peak.
    expect(figures['resnet']?.['peakMemoryBytes']).toBeLessThan(
      figures['mobilenetv2']?.['peakMemoryBytes'] ?? 0,
    );
  });

  test('trains in another precision where that is asked for, and says so', async () => {
    const once = ['--models', 'resnet', '--batch', '1', '--seconds', '0', '--threads', '1'];
    const { stdout } = await bench(...once, '--precision', 'bfloat16');
    expect(stdout).toMatch(/; products in bfloat16(, computed from floats)?; batches of 1, 0 s each\nmodel/);
    expect(await bench(...once, '--precision', 'half')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('Allowed choices are float32, bfloat16.'),
    });
  });

  test('prints a table for people', async () => {
    const { stdout } = await bench(
      '--models',
      'mobilenet',
      '--batch',
      '1',
      '--seconds',
      '0',
      '--threads',
      '1',
    );
    const [conditions, header, row, ...more] = stdout.split('\n');
    expect(conditions).toContain('with 1 thread (');
    expect(header).toMatch(/^model +training +prediction +peak memory$/);
    expect(row).toMatch(/^mobilenetv2 +\d+ img\/s +\d+ img\/s +[\d.]+ [MG]B$/);
    expect(more).toEqual([]);
  });

  test('says what is wrong with the request, and what there is instead', async () => {
    const unknown = await bench('--models', 'renset');
    expect(unknown.exit).toBe(2);
    expect(unknown.stderr).toContain(
      "Expected resnet, mobilenetv2, se-resnet, se-resnet-wide, se-resnet-deep, vgg16. Did you mean 'resnet'?",
    );
    const device = await bench('--models', 'resnet', '--device', 'cuda', '--seconds', '0', '--batch', '1');
    if (device.exit === 0) return; // a machine with a GPU
    expect(device).toMatchObject({ exit: 1, stdout: '' });
    expect(device.stderr).toMatch(
      /^error: CUDA was asked for, but the TensorFlow library finds no NVIDIA GPU\.\n/,
    );
  });
});
