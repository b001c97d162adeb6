export {
  applyOfflineChange,
  applyOfflineChangeRounded,
  type OfflineChange,
  stretchToBytes,
} from './affine.ts';
export { grayMoments, isBlank } from './blank.ts';
export {
  type Box,
  centreSquare,
  crop,
  type DecodedImage,
  decodeGray,
  resizeGray,
  toLuma,
} from './decode.ts';
export { type Decoded, decodeManyGray } from './decode-many.ts';
export { type ImageHeader, readImageHeader } from './header.ts';
export { mendJpeg } from './mend-jpeg.ts';
export { openImage } from './open-image.ts';
export { hashDistance, type PerceptualHash, perceptualHash } from './perceptual-hash.ts';
export { encodeGrayPng, type GrayImage } from './png.ts';
export { type ImageBatch, reencodeJpeg } from './reencode.ts';
