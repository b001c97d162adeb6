import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { EngineFacts } from '../../../../src/fer/index.ts';
import { expectSameNumbers, type Numbers } from '../../../support/small-net.ts';
import { webGpuEnvironment } from '../../../support/webgpu.ts';

const webgpu = webGpuEnvironment();
const why = 'missing' in webgpu ? ` [skipped: ${webgpu.missing}]` : '';

async function trainOn(
  device: 'cpu' | 'webgpu',
): Promise<Numbers & { readonly facts: EngineFacts; readonly firstWeights: string }> {
  const env = 'env' in webgpu ? webgpu.env : {};
  const args = ['--import', 'tsx', 'test/support/device-process.ts', device];
  return JSON.parse((await execa('node', args, { env })).stdout);
}

describe.skipIf('missing' in webgpu)(`a small net of all kinds of layers on WebGPU${why}`, () => {
  test('has the logits, losses, gradients and trained weights that it has on the CPU, and the study’s nets the same first weights', async () => {
    const [cpu, gpu] = await Promise.all([trainOn('cpu'), trainOn('webgpu')]);
    expect(gpu.facts).toMatchObject({ device: 'webgpu', adapter: { software: true } });
    expectSameNumbers(gpu, cpu);
    expect(gpu.firstWeights).toBe(cpu.firstWeights);
  }, 120_000);

  test('is refused with what to install where no driver is', async () => {
    const env = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };
    const program = `import { loadEngine } from './src/engine/index.ts';
      await loadEngine({ device: 'webgpu' }).catch((e) => console.log(e.code, '|', e.message, '|', e.hint));`;
    const { stdout } = await execa('node', ['--input-type=module', '--import', 'tsx', '-e', program], {
      env,
    });
    expect(stdout).toMatch(
      /^NO_DEVICE \| WebGPU was asked for, but Dawn finds no adapter: it looked for a Vulkan driver that has/,
    );
    expect(stdout).toMatch(/cpu/);
  });
});
