import { unreachable } from '../../kit/index.ts';

/**
 * How pixels become numbers. `centered`: `(x / 255 - 0.5) / 0.5`, in [-1, 1]. `unit`: `x / 255`. `caffe`: blue, green
 * and red less the ImageNet means, what VGG16 was trained with (Keras' `vgg16.preprocess_input`).
 */
export type Preprocessing = 'centered' | 'caffe' | 'unit';

/** ImageNet means in the order blue, green, red. */
const IMAGENET_MEANS = [103.939, 116.779, 123.68] as const;

/** Turns RGB pixels (0..255, any number of images, channels last) into what a model was trained on. */
export function preprocess(
  images: Uint8Array | Uint8ClampedArray,
  preprocessing: Preprocessing,
  into: Float32Array<ArrayBuffer> = new Float32Array(images.length),
): Float32Array<ArrayBuffer> {
  switch (preprocessing) {
    case 'centered':
      return mapInto(images, into, CENTERED);
    case 'unit':
      return mapInto(images, into, UNIT);
    case 'caffe':
      return caffe(images, into);
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
