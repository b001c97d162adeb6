import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the driver leaves behind: on Linux, and in Linux under Windows. Starting a program to ask it takes longer. */
const DRIVER = ['/proc/driver/nvidia', '/dev/dxg'];

/** The NVIDIA GPUs that this process may use, by the ids that CUDA_VISIBLE_DEVICES takes. */
export function findGpus(): readonly string[] {
  if (!DRIVER.some((path) => existsSync(path))) return [];
  const visible = process.env['CUDA_VISIBLE_DEVICES'];
  return visible === undefined ? listedIds() : visibleIds(visible);
}

/**
 * The ids of a value of CUDA_VISIBLE_DEVICES: indices or UUIDs. What stands after an unknown one is invisible to CUDA
 * as well; -1 is the usual way to say none.
 */
export function visibleIds(value: string): readonly string[] {
  const ids = value.split(',').map((id) => id.trim());
  const end = ids.findIndex((id) => id === '' || id.startsWith('-'));
  return end < 0 ? ids : ids.slice(0, end);
}

function listedIds(): readonly string[] {
  try {
    const text = execFileSync('nvidia-smi', ['--query-gpu=index', '--format=csv,noheader'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^\d+$/.test(line));
  } catch {
    return [];
  }
}
