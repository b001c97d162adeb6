import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The system's Chromium, or undefined where there is none: tests that need one are skipped there. */
export const chromePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);

/** Starts it headless; `camera` is a `.y4m` film that plays in the place of one. As root it has no sandbox. */
export function launchChrome({ camera }: { readonly camera?: string } = {}): Promise<Browser> {
  const film =
    camera === undefined
      ? []
      : [
          '--use-fake-ui-for-media-stream',
          '--use-fake-device-for-media-stream',
          `--use-file-for-fake-video-capture=${camera}`,
        ];
  return chromium.launch({
    executablePath: chromePath ?? '',
    args: ['--no-sandbox', '--disable-gpu', ...film],
  });
}
