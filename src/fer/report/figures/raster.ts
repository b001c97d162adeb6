import sharp from 'sharp';
import { element } from '../../../kit/index.ts';
import type { Palette } from './colors.ts';
import { DARK_HALO, HALO } from './svg.ts';

/** Dots in a square of this side as one picture, twice as fine; and one for dark screens, which only the page shows. */
export async function rasterised(dots: string, side: number, onDark: Palette['onDark']): Promise<string> {
  const dark = [...Object.entries(onDark), [HALO.stroke, DARK_HALO] as const].reduce(
    (text, [color, other]) => text.replaceAll(`"${color}"`, `"${other}"`),
    dots,
  );
  return (
    (await picture(dots, side, { class: 'on-light' })) +
    (await picture(dark, side, { class: 'on-dark', display: 'none' }))
  );
}

async function picture(
  dots: string,
  side: number,
  attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: side * 2,
      height: side * 2,
      viewBox: `0 0 ${side} ${side}`,
    },
    dots,
  );
  const png = await sharp(Buffer.from(svg)).png({ palette: true, compressionLevel: 9 }).toBuffer();
  const href = `data:image/png;base64,${png.toString('base64')}`;
  return element('image', { ...attributes, width: side, height: side, href });
}
