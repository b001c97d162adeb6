import { unreachable } from '../../kit/index.ts';

/**
 * How pixels become numbers. `centered`: `(x / 255 - 0.5) / 0.5`, in [-1, 1]. `unit`: `x / 255`. `caffe`: blue, green
 * and red less the ImageNet means, what VGG16 was trained with (Keras' `vgg16.preprocess_input`). `standardized`: each
 * image less its mean, divided by its standard deviation, or by 8 gray levels where that is less, so that a blank image
 * is not noise.
 */
export type Preprocessing = (typeof PREPROCESSINGS)[number];
export const PREPROCESSINGS = ['centered', 'caffe', 'unit', 'standardized'] as const;

const DEVIATION_FLOOR = 8;

/** ImageNet means in the order blue, green, red. */
const IMAGENET_MEANS = [103.939, 116.779, 123.68] as const;

/**
 * Turns pixels (0..255, channels last, any number of images of `imageSize` numbers each) into what a model was trained
 * on.
 */
export function preprocess(
  images: Uint8Array | Uint8ClampedArray,
  preprocessing: Preprocessing,
  imageSize: number,
): Float32Array<ArrayBuffer> {
  const into = new Float32Array(images.length);
  switch (preprocessing) {
    case 'centered':
      return mapInto(images, into, CENTERED);
    case 'unit':
      return mapInto(images, into, UNIT);
    case 'caffe':
      return caffe(images, into);
    case 'standardized':
      for (let start = 0; start < images.length; start += imageSize)
        standardize(images.subarray(start, start + imageSize), into.subarray(start, start + imageSize));
      return into;
    default:
      return unreachable(preprocessing);
  }
}

const CENTERED = (x: number): number => (x / 255 - 0.5) / 0.5;
const UNIT = (x: number): number => x / 255;

function mapInto(
  images: ArrayLike<number>,
  into: Float32Array<ArrayBuffer>,
  f: (x: number) => number,
): Float32Array<ArrayBuffer> {
  for (let i = 0; i < images.length; i++) into[i] = f(images[i] ?? 0);
  return into;
}

function caffe(images: ArrayLike<number>, into: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const [blue, green, red] = IMAGENET_MEANS;
  for (let i = 0; i + 2 < images.length; i += 3) {
    into[i] = (images[i + 2] ?? 0) - blue;
    into[i + 1] = (images[i + 1] ?? 0) - green;
    into[i + 2] = (images[i] ?? 0) - red;
  }
  return into;
}

function standardize(image: ArrayLike<number>, into: Float32Array): void {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < image.length; i++) {
    const value = image[i] ?? 0;
    sum += value;
    squares += value * value; // whole numbers: both sums are exact
  }
  const mean = sum / image.length;
  const deviation = Math.sqrt(Math.max(0, squares / image.length - mean * mean));
  const factor = 1 / Math.max(deviation, DEVIATION_FLOOR);
  for (let i = 0; i < image.length; i++) into[i] = ((image[i] ?? 0) - mean) * factor;
}
