import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The system's Chromium, or undefined where there is none: tests that need one are skipped there. */
export const chromePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);

/** Starts it headless. As root it has no sandbox. */
export function launchChrome(): Promise<Browser> {
  return chromium.launch({ executablePath: chromePath ?? '', args: ['--no-sandbox', '--disable-gpu'] });
}
