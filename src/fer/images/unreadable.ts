import sharp, { type Metadata } from 'sharp';

/** Decompressed images above this are refused: a data set of faces has none, an attack may. */
const MAX_PIXELS = 64_000_000;

/** Says why an image cannot be used. */
export class UnreadableImage extends Error {
  override readonly name = 'UnreadableImage';
}

/** Throws UnreadableImage for more pixels than an image may have. */
export function refuseTooLarge(pixels: number): void {
  if (pixels <= MAX_PIXELS) return;
  const [has, most] = [pixels, MAX_PIXELS].map((count) => Math.round(count / 1e6));
  throw new UnreadableImage(`it has ${has} million pixels, and at most ${most} million are read`);
}

/**
 * Why bytes cannot be decoded, in words that depend on them alone, for they go into metrics. Those of libvips come from
 * a buffer that all decoders at work share: a PNG was called a JPEG of which the end is missing.
 */
export async function explainUndecodable(error: unknown, bytes: Uint8Array): Promise<UnreadableImage> {
  if (error instanceof UnreadableImage) return error;
  return new UnreadableImage(await reasonAgainst(bytes), { cause: error });
}

async function reasonAgainst(bytes: Uint8Array): Promise<string> {
  if (bytes.length === 0) return 'it is empty';
  const { format, compression } = await headerOf(bytes);
  if (format === undefined) return 'it is no image of a known format, or its header is damaged';
  if (compression === 'hevc') return 'it is a picture of a telephone (HEIC), which is not decoded; JPEG is';
  return `a part of its picture (${format}) is missing or damaged`;
}

async function headerOf(bytes: Uint8Array): Promise<Partial<Pick<Metadata, 'format' | 'compression'>>> {
  try {
    return await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata();
  } catch {
    return {}; // the caller says so
  }
}
