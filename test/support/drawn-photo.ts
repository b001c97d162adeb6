import sharp from 'sharp';
import { renderFace, sampleFace } from '../../src/fer/faces/index.ts';

/** A drawn face in a picture. */
export interface PlacedFace {
  /** Which person; 7, 8, 10, 11 and 13 are found by the detector. */
  readonly index: number;
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** The bytes of a PNG in colour with drawn faces on plain ground: nobody's photograph. */
export async function drawnPhoto(
  { width, height }: { readonly width: number; readonly height: number },
  faces: readonly PlacedFace[],
): Promise<Buffer> {
  const layers = await Promise.all(
    faces.map(async ({ index, left, top, side }) => {
      const face = sampleFace({ seed: 1, style: 'first', index, label: index % 7, difficulty: 0 });
      const { pixels } = await renderFace(face, { size: side, colour: true, seed: 1, index });
      const raw = { width: side, height: side, channels: 3 } as const;
      return { input: await sharp(Buffer.from(pixels), { raw }).png().toBuffer(), left, top };
    }),
  );
  const ground = sharp({ create: { width, height, channels: 3, background: '#888' } });
  return ground.composite(layers).png().toBuffer();
}
