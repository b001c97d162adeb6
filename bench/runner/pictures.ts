import { IMAGE_PIXELS, IMAGE_SIDE } from '../../src/fer/index.ts';
import { createRandom } from '../../src/kit/index.ts';

/** So many differ; drawing more would take longer than what is measured, and tell nothing else. */
const DISTINCT = 700;

/** Gray pictures `[count, 48, 48]`, stripes with noise: picture i has one of seven directions, i mod 7. */
export function drawPictures(count: number, seed: number): Uint8Array {
  const random = createRandom(seed, 'pictures');
  const pixels = new Uint8Array(count * IMAGE_PIXELS);
  for (let i = 0; i < Math.min(count, DISTINCT); i++) {
    const angle = ((i % 7) * Math.PI) / 7;
    const phase = random.uniform(0, 6);
    for (let p = 0; p < IMAGE_PIXELS; p++) {
      const x = p % IMAGE_SIDE;
      const y = (p - x) / IMAGE_SIDE;
      const stripe = Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) / 3 + phase);
      pixels[i * IMAGE_PIXELS + p] = Math.round(128 + 80 * stripe + random.uniform(-20, 20));
    }
  }
  for (let at = DISTINCT * IMAGE_PIXELS; at < pixels.length; at += DISTINCT * IMAGE_PIXELS)
    pixels.copyWithin(at, 0, DISTINCT * IMAGE_PIXELS);
  return pixels;
}
