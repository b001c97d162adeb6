/** One square gray image inside a batch: `pixels[offset + y size + x]`. */
export interface ImagePlace {
  readonly pixels: Uint8Array;
  readonly offset: number;
  /** Side in pixels. */
  readonly size: number;
}
