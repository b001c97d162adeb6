import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateFaces } from '../../src/fer/faces/index.ts';
import { encodeGrayPng } from '../../src/fer/images/index.ts';
import { chromePath, launchChrome } from '../support/chrome.ts';
import { fer } from '../support/fer.ts';
import { repository } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Starts `serve.js` on a free port, and gives its address once it prints it. */
function serve(): Promise<{ readonly url: string; readonly server: ChildProcess }> {
  const server = spawn(process.execPath, [join(repository, 'examples/browser/serve.js'), '0']);
  return new Promise((resolve, reject) => {
    server.stdout.once('data', (chunk: Buffer) => {
      const url = /^http:\/\/127\.0\.0\.1:\d+\//.exec(chunk.toString())?.[0];
      if (url === undefined) reject(new Error(`It printed: ${chunk}`));
      else resolve({ url, server });
    });
    server.once('exit', (code) => reject(new Error(`It ended with ${code}`)));
  });
}

const root = temporaryFolder(afterAll);
let page: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  page = await serve();
});
afterAll(() => page.server.kill());

async function drawFace(label: number): Promise<string> {
  const { images } = await generateFaces({ seed: 3, style: 'first', difficulty: 0, labels: [label] });
  const path = join(root, `face-${label}.png`);
  writeFileSync(path, encodeGrayPng({ width: 48, height: 48, pixels: images }));
  return path;
}

describe.skipIf(chromePath === undefined)('the example page in a browser', () => {
  test('answers a picture as fer predict does, with stock TensorFlow.js, asking nobody else', async () => {
    const faces = [await drawFace(3), await drawFace(6)];
    const { stdout } = await fer(root, 'predict', ...faces, '--json');
    const expected: { class: string; probabilities: Record<string, number> }[] = JSON.parse(stdout);
    const chrome = await launchChrome();
    try {
      const tab = await chrome.newPage({ viewport: { width: 390, height: 900 } });
      const errors: string[] = [];
      const asked: string[] = [];
      tab.on('pageerror', (error) => errors.push(error.message));
      tab.on('request', (request) => asked.push(request.url()));
      await tab.goto(page.url);
      await tab.getByText('Open a picture, or use the camera.').waitFor();
      for (const [i, face] of faces.entries()) {
        await tab.locator('#file').setInputFiles(face);
        await tab.locator('#answers li').first().waitFor();
        const rows = await tab.locator('#answers li').allTextContents();
        const probabilities: Record<string, number> = expected[i]?.probabilities ?? {};
        expect(rows).toHaveLength(7);
        for (const row of rows) {
          const [, name = '', share] = /^([a-z]+)([\d.]+) %$/.exec(row) ?? [];
          expect(Math.abs(Number(share) - 100 * (probabilities[name] ?? Number.NaN))).toBeLessThan(0.2);
        }
        expect(rows[0]).toContain(expected[i]?.class);
      }
      await tab.locator('#file').setInputFiles({
        name: 'text.png',
        mimeType: 'image/png',
        buffer: Buffer.from('no image'),
      });
      await tab.getByText('text.png is no picture that this browser can read.').waitFor();
      const [content, screen] = (await tab.evaluate(
        '[document.documentElement.scrollWidth, window.innerWidth]',
      )) as [number, number];
      expect(content).toBeLessThanOrEqual(screen);
      expect(errors).toEqual([]);
      expect(asked.filter((url) => !url.startsWith(page.url) && !url.startsWith('data:'))).toEqual([]);
    } finally {
      await chrome.close();
    }
  });
});

test('the server gives its own files, the model and TensorFlow.js, and nothing else', async () => {
  const status = async (path: string): Promise<number> => (await fetch(`${page.url}${path}`)).status;
  expect(await Promise.all(['', 'app.js', 'tf.min.js', 'model/model.json'].map(status))).toEqual([
    200, 200, 200, 200,
  ]);
  const bad = ['nothing.js', 'model', '..%2f..%2fpackage.json', 'model/..%2f..%2fpackage.json', '%'];
  expect(await Promise.all(bad.map(status))).toEqual([404, 404, 404, 404, 404]);
});
