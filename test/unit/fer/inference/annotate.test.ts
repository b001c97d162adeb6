import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { annotateFiles } from '../../../../src/fer/inference/annotate.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

async function writePicture(path: string, background: string): Promise<Buffer> {
  const picture = await sharp({ create: { width: 60, height: 50, channels: 3, background } })
    .png()
    .toBuffer();
  writeFileSync(path, picture);
  return picture;
}

function answerTo(file: string, name = 'happy') {
  return {
    file,
    face: { left: 10, top: 5, side: 30, score: 1 },
    class: name,
    probabilities: { [name]: 0.9 },
  };
}

describe('pictures with answers drawn in', () => {
  test('are named as the pictures, numbered where two have one name, and take the place of earlier ones', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'b'));
    const files = [join(root, 'photo.png'), join(root, 'b', 'photo.jpg')];
    for (const file of files) await writePicture(file, '#888');
    const drawn = join(root, 'drawn');
    await annotateFiles(
      files.map((file) => answerTo(file)),
      drawn,
    );
    expect(readdirSync(drawn).sort()).toEqual(['photo-2.png', 'photo.png']);
    const first = readFileSync(join(drawn, 'photo.png'));
    await writePicture(files[0] ?? '', '#123');
    await annotateFiles(
      files.map((file) => answerTo(file)),
      drawn,
    );
    expect(readFileSync(join(drawn, 'photo.png')).equals(first)).toBe(false);
  });

  test('never take the place of the pictures themselves, nor of any other file', async () => {
    const root = temporaryFolder();
    const picture = await writePicture(join(root, 'photo.png'), '#888');
    await writePicture(join(root, 'other.jpg'), '#888');
    writeFileSync(join(root, 'other.png'), 'kept');
    const answers = ['photo.png', 'other.jpg'].map((name) => answerTo(join(root, name)));
    await expect(annotateFiles(answers, root)).rejects.toMatchObject({
      code: 'USAGE',
      message: `Drawings are named as the pictures, and would take the place of what is there: ${join(root, 'photo.png')}, ${join(root, 'other.png')}.`,
      hint: 'Name another folder for --annotate: a new one, or one with earlier drawings.',
    });
    expect(readFileSync(join(root, 'photo.png')).equals(picture)).toBe(true);
    expect(readFileSync(join(root, 'other.png'), 'utf8')).toBe('kept');
  });

  test('have the whole label in the picture, also where the square reaches over its edge', async () => {
    const root = temporaryFolder();
    const white = async (left: number, top: number): Promise<number> => {
      const file = join(root, `${left},${top}.png`);
      await sharp({ create: { width: 400, height: 300, channels: 3, background: '#888' } }).toFile(file);
      const face = { left, top, side: 60, score: 1 };
      await annotateFiles([{ ...answerTo(file, 'surprise'), face }], join(root, 'drawn'));
      const drawn = sharp(join(root, 'drawn', `${left},${top}.png`)).removeAlpha();
      const data = await drawn.raw().toBuffer();
      return data.filter((value, i) => i % 3 === 0 && value === 255 && data[i + 2] === 255).length;
    };
    const inside = await white(150, 100);
    expect(inside).toBeGreaterThan(50);
    for (const [left, top] of [
      [340, 100],
      [-40, 100],
      [150, 270],
      [150, -55],
    ] as const)
      expect(await white(left, top)).toBeGreaterThan(0.8 * inside);
  });

  test('are made of the narrowest pictures, too', async () => {
    const root = temporaryFolder();
    const file = join(root, 'line.png');
    await sharp({ create: { width: 1, height: 20_000, channels: 3, background: '#888' } }).toFile(file);
    await annotateFiles([{ ...answerTo(file), face: null }], join(root, 'drawn'));
    const { width, height } = await sharp(join(root, 'drawn/line.png')).metadata();
    expect([width, height]).toEqual([1, 16_384]);
  });

  test('show class names of any characters', async () => {
    const root = temporaryFolder();
    await writePicture(join(root, 'photo.png'), '#888');
    await annotateFiles([answerTo(join(root, 'photo.png'), 'joy & <fun>')], join(root, 'drawn'));
    expect((await sharp(join(root, 'drawn', 'photo.png')).metadata()).width).toBeGreaterThan(240);
  });
});
