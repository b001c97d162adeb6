import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The software adapter that Chromium brings, with its Vulkan loader. */
const CHROMIUM = ['/usr/lib/chromium', '/opt/google/chrome', '/usr/lib64/chromium-browser'];
const DRIVER = 'vk_swiftshader_icd.json';

/** An environment in which WebGPU has an adapter, or what is missing for it. */
export function webGpuEnvironment(): { readonly env: Record<string, string> } | { readonly missing: string } {
  try {
    createRequire(import.meta.url).resolve('webgpu');
  } catch {
    return { missing: 'its packages are not installed (npm run webgpu)' };
  }
  const folder = CHROMIUM.find((path) => existsSync(`${path}/${DRIVER}`));
  if (folder === undefined) return { missing: 'there is no Chromium, whose software adapter is used' };
  return { env: { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: `${folder}/${DRIVER}` } };
}
