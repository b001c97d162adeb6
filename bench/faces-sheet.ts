/**
 * Draws docs/images/faces.png, the picture sheet of the generated faces: per class three people in colour, clean,
 * then seven images as the nets see them. Run: npx tsx bench/faces-sheet.ts [FILE] [DIFFICULTY]
 */
import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { CLASSES, type Picture, renderFace, renderSheet, sampleFace } from '../src/fer/index.ts';

const CELL = 84;
const PEOPLE = [7, 5, 4];
const SEEN = 7;
const file = process.argv[2] ?? 'docs/images/faces.png';
const difficulty = Number(process.argv[3] ?? 1);

const rows = await Promise.all(
  CLASSES.map(async (name, label) => {
    const large = (index: number): Promise<Picture> => {
      const face = sampleFace({ seed: 7, style: 'first', index, label, difficulty: 0 });
      return renderFace(face, { size: CELL, colour: true, seed: 7, index });
    };
    const small = (index: number): Promise<Picture> => {
      const face = sampleFace({ seed: 42, style: 'first', index, label, difficulty });
      return renderFace(face, { size: 48, colour: false, seed: 42, index });
    };
    const seen = Array.from({ length: SEEN }, (_, i) => small(label * SEEN + i));
    return { name, images: await Promise.all([...PEOPLE.map(large), ...seen]) };
  }),
);
const sheet = await renderSheet(rows, { cell: CELL });
// A palette makes the file a third as large, and nobody measures this picture.
writeFileSync(file, await sharp(sheet).png({ palette: true, colours: 128, effort: 10 }).toBuffer());
console.log(`${file}: ${CLASSES.length} x ${PEOPLE.length + SEEN} faces`);
