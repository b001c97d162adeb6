import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateFaces } from '../../src/fer/faces/index.ts';
import { encodeGrayPng } from '../../src/fer/images/index.ts';
import type { FaceSquare } from '../../src/fer/inference/face-finder.ts';
import { facesOf } from '../../src/fer/inference/photo.ts';
import { chromePath, launchChrome } from '../support/chrome.ts';
import { drawnPhoto } from '../support/drawn-photo.ts';
import { fer } from '../support/fer.ts';
import { writeFilm } from '../support/film.ts';
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

/** What `fer predict` says of each face, as shares by class in per cent. */
async function expected(...pictures: string[]) {
  const { stdout } = await fer(root, 'predict', ...pictures, '--json');
  const answers: {
    class: string;
    probabilities: Record<string, number>;
    face: FaceSquare | null;
  }[] = JSON.parse(stdout);
  return answers;
}

/** The page's answers: the class, and its share in per cent, likeliest first. */
async function answersOn(tab: Page): Promise<readonly (readonly [string, number])[]> {
  const rows = await tab.locator('#answers li').allTextContents();
  return rows.map((row) => {
    const [, name = '', share] = /^([a-z]+)([\d.]+) %$/.exec(row) ?? [];
    return [name, Number(share)];
  });
}

/** A browser makes a picture smaller by other filters than sharp: the most that this changes, in percentage points. */
const RESAMPLING = 12;

/** The largest difference between the page's share of a class and the one expected, in percentage points. */
function farthest(answers: readonly (readonly [string, number])[], shares: Record<string, number>): number {
  expect(answers).toHaveLength(7);
  return Math.max(...answers.map(([name, share]) => Math.abs(share - 100 * (shares[name] ?? Number.NaN))));
}

describe.skipIf(chromePath === undefined)('the example page in a browser', () => {
  let chrome: Browser;
  const errors: string[] = [];
  const asked: string[] = [];
  /** Two drawn faces, the right one the larger; the net is sure of both. */
  const group = join(root, 'group.png');
  beforeAll(async () => {
    const placed = [
      { index: 10, left: 40, top: 60, side: 160 },
      { index: 13, left: 300, top: 30, side: 240 },
    ];
    writeFileSync(group, await drawnPhoto({ width: 560, height: 320 }, placed));
    const film = join(root, 'camera.y4m');
    await writeFilm(film, readFileSync(group));
    chrome = await launchChrome({ camera: film });
  });
  afterAll(() => chrome.close());

  async function open(): Promise<Page> {
    const tab = await chrome.newPage({ viewport: { width: 390, height: 900 } });
    tab.on('pageerror', (error) => errors.push(error.message));
    tab.on('request', (request) => asked.push(request.url()));
    await tab.goto(page.url);
    await tab.getByText('Open a picture, or use the camera.').waitFor();
    return tab;
  }

  test('answers a picture as fer predict does, with stock TensorFlow.js', async () => {
    const faces = [await drawFace(3), await drawFace(6)];
    const truths = await expected(...faces);
    const tab = await open();
    for (const [i, face] of faces.entries()) {
      await tab.locator('#file').setInputFiles(face);
      await tab.locator('#answers li').first().waitFor();
      const answers = await answersOn(tab);
      expect(farthest(answers, truths[i]?.probabilities ?? {})).toBeLessThan(0.2);
      expect(answers[0]?.[0]).toBe(truths[i]?.class);
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
  });

  test('finds the faces of a picture as fer predict does, looks at the largest, and at the one that is clicked', async () => {
    const [left, right] = await expected(group);
    const tab = await open();
    await tab.locator('#file').setInputFiles(group);
    await tab.getByText('2 faces. Click another').waitFor();
    const first = await answersOn(tab);
    expect(first[0]?.[0]).toBe(right?.class);
    expect(farthest(first, right?.probabilities ?? {})).toBeLessThan(RESAMPLING);
    const { width = 0, height = 0 } = (await tab.locator('#picture').boundingBox()) ?? {};
    await tab.locator('#picture').click({ position: { x: (120 / 560) * width, y: (140 / 320) * height } });
    const second = await answersOn(tab);
    expect(second[0]?.[0]).toBe(left?.class);
    expect(farthest(second, left?.probabilities ?? {})).toBeLessThan(RESAMPLING);
    expect(await tab.locator('#follow').isChecked()).toBe(false);
    await tab.locator('#follow').check();
    await expect
      .poll(async () => farthest(await answersOn(tab), right?.probabilities ?? {}), { timeout: 20_000 })
      .toBeLessThan(RESAMPLING);
  });

  test('puts the square around a face by keyboard as by hand, and says where it is', async () => {
    const [left, right] = await expected(group);
    const tab = await open();
    await tab.locator('#file').setInputFiles(group);
    await tab.getByText('2 faces. Click another, or press Enter').waitFor();
    // From the check box back: the picture is reached by keyboard alone, and is seen to be.
    await tab.locator('#size').focus();
    await tab.keyboard.press('Shift+Tab');
    const picture = tab.getByRole('application', { name: 'The square on the picture' });
    expect(await picture.getAttribute('aria-describedby')).toBe('keys');
    const focus = '[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]';
    expect(await tab.evaluate(focus)).toEqual([await picture.getAttribute('id'), 'solid']);
    const place = async (): Promise<number[]> => {
      const text = (await tab.locator('#place').textContent()) ?? '';
      return [...text.matchAll(/(\d+) %/g)].map(([, share]) => Number(share));
    };
    await tab.keyboard.press('Enter');
    const [x = 0, y = 0, side = 0] = await place();
    expect((await answersOn(tab))[0]?.[0]).toBe(left?.class);
    expect(await tab.locator('#follow').isChecked()).toBe(false);
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await tab.keyboard.press(key);
    // Two per cent of the shorter side, which is 320 of 560.
    expect((await place()).map((share, i) => share - ([x, y, side][i] ?? 0))).toEqual([2, 2, 0]);
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowUp']) await tab.keyboard.press(key);
    expect(await place()).toEqual([x, y, side]);
    for (const [larger, smaller] of [
      ['+', '-'],
      ['Shift+ArrowUp', 'Shift+ArrowDown'],
    ] as const) {
      await tab.keyboard.press(smaller);
      expect((await place())[2]).toBeLessThan(side);
      await tab.keyboard.press(larger);
      expect(await place()).toEqual([x, y, side]);
    }
    expect(await tab.locator('#size').inputValue()).toBe(String(side));
    let [edge, before] = [x, Number.POSITIVE_INFINITY];
    while (edge < before) {
      before = edge;
      await tab.keyboard.press('ArrowLeft');
      edge = (await place())[0] ?? 0;
    }
    expect(edge).toBeCloseTo((side * 320) / 560 / 2, -0.5);
    await tab.keyboard.press('ArrowRight');
    expect((await place())[0]).toBeGreaterThan(edge);
    await tab.keyboard.press('Enter');
    expect((await answersOn(tab))[0]?.[0]).toBe(right?.class);
  });

  test('repeats the border of the picture where a face reaches over it, as fer predict does', async () => {
    const placed = [{ index: 13, left: 150, top: 30, side: 240 }];
    const edge = join(root, 'edge.png');
    await sharp(await drawnPhoto({ width: 560, height: 320 }, placed))
      .extract({ left: 100, top: 70, width: 340, height: 250 })
      .toFile(edge);
    const [answer] = await expected(edge);
    const { face } = answer ?? {};
    if (face === undefined || face === null) throw new Error('Expected a face.');
    expect(face.top).toBeLessThan(-10);
    const [seen] = await facesOf(readFileSync(edge), async () => [face]);
    const tab = await open();
    await tab.locator('#file').setInputFiles(edge);
    /** Mean difference in gray levels. Only the resampling differs. */
    const difference = async (): Promise<number> => {
      const rgba = (await tab.evaluate(
        "[...document.getElementById('face').getContext('2d').getImageData(0, 0, 48, 48).data]",
      )) as number[];
      const off = [...(seen?.pixels ?? [])].map((value, i) => Math.abs(value - (rgba[4 * i] ?? 0)));
      return off.reduce((sum, one) => sum + one, 0) / off.length;
    };
    await expect.poll(difference, { timeout: 20_000 }).toBeLessThan(8);
    expect(farthest(await answersOn(tab), answer?.probabilities ?? {})).toBeLessThan(RESAMPLING);
  });

  test('follows the largest face before the camera', async () => {
    const right = (await expected(group))[1];
    const tab = await open();
    await tab.evaluate(`
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      window.tracks = [];
      mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        window.tracks.push(...stream.getTracks());
        return stream;
      };
    `);
    await tab.locator('#camera').click();
    await tab.getByText('2 faces. Click another').waitFor();
    expect((await answersOn(tab))[0]?.[0]).toBe(right?.class);
    // Another picture ends the camera, also one that was asked for twice.
    await tab.locator('#camera').click();
    await expect.poll(() => tab.evaluate('window.tracks.length')).toBe(2);
    await tab.locator('#file').setInputFiles(await drawFace(3));
    await tab.getByText('What the net sees, and what it says:').waitFor();
    expect(await tab.evaluate('window.tracks.map((track) => track.readyState)')).toEqual(['ended', 'ended']);
  });

  test('asks nobody else, and throws nothing', () => {
    expect(errors).toEqual([]);
    const own = [page.url, 'data:', 'blob:'];
    expect(asked.filter((url) => !own.some((start) => url.startsWith(start)))).toEqual([]);
  });
});

test.skipIf(chromePath === undefined)('without the detector the page says so', async () => {
  const chrome = await launchChrome();
  try {
    const tab = await chrome.newPage();
    await tab.route('**/face-api.js', (route) => route.fulfill({ status: 404 }));
    await tab.goto(page.url);
    await tab.getByText('Open a picture, or use the camera.').waitFor();
    await tab.locator('#file').setInputFiles(await drawFace(3));
    await tab.getByText('There is no face detector here: put the square around a face.').waitFor();
    expect(await tab.locator('#follow').isDisabled()).toBe(true);
  } finally {
    await chrome.close();
  }
});

test('the server gives its own files, the model and TensorFlow.js, and nothing else', async () => {
  const status = async (path: string): Promise<number> => (await fetch(`${page.url}${path}`)).status;
  const weights = 'tiny_face_detector_model-weights_manifest.json';
  expect(
    await Promise.all(
      ['', 'app.js', 'tf.js', 'face-api.js', 'model/model.json', `detector/${weights}`].map(status),
    ),
  ).toEqual(Array(6).fill(200));
  const bad = [
    'nothing.js',
    'model',
    '..%2f..%2fpackage.json',
    'detector/age_gender_model.bin',
    'model/..%2f..%2fpackage.json',
    '%',
  ];
  expect(await Promise.all(bad.map(status))).toEqual(Array(6).fill(404));
});

test('the server says in a sentence that its port is taken, or is none', async () => {
  const refused = (port: string) =>
    execa(process.execPath, [join(repository, 'examples/browser/serve.js'), port], { reject: false });
  const { port } = new URL(page.url);
  expect(await refused(port)).toMatchObject({
    exitCode: 1,
    stderr: `error: Port ${port} is taken. Name another: node examples/browser/serve.js 8081`,
  });
  expect(await refused('http')).toMatchObject({
    exitCode: 1,
    stderr: 'error: The port should be a number from 0 to 65535. Received: http',
  });
});

test('the server says in a sentence what brings TensorFlow.js where it is not installed', async () => {
  const root = temporaryFolder();
  cpSync(join(repository, 'examples'), join(root, 'examples'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
  const { exitCode, stderr } = await execa('node', ['examples/browser/serve.js'], {
    cwd: root,
    reject: false,
  });
  expect([exitCode, stderr]).toEqual([
    1,
    'error: @tensorflow/tfjs is missing in node_modules: npm run setup',
  ]);
});
