import type { Layer, LayersModel, LayerVariable } from '../../../engine/index.ts';

/** How a tensor of a model lies in memory; each has another place for its axes in PyTorch. */
export type TensorKind =
  /** `[height, width, in, out]` */
  | { readonly kind: 'convolution' }
  /** `[height, width, channels, 1]` */
  | { readonly kind: 'depthwise' }
  /** `[in, out]` */
  | { readonly kind: 'dense' }
  /** `[height * width * channels, out]`: reads a flattened image. */
  | { readonly kind: 'flattened'; readonly image: readonly [number, number, number] }
  | { readonly kind: 'vector' };

/** One tensor of a model that weights can be written to. */
export interface Target {
  /** `block1/conv1/kernel`: layer and part. */
  readonly name: string;
  readonly layer: string;
  readonly part: string;
  readonly shape: readonly number[];
  readonly axes: TensorKind;
  readonly variable: LayerVariable;
}

/** All tensors of a model, in its order. */
export function weightTargets(model: LayersModel): readonly Target[] {
  const image = flattenedImage(model);
  return model.layers.flatMap((layer) =>
    layer.weights.map((variable) => {
      const name = variable.originalName;
      const shape = variable.shape.map((side) => side ?? -1);
      const part = name.slice(layer.name.length + 1);
      return { name, layer: layer.name, part, shape, axes: axesOf(layer, part, shape, image), variable };
    }),
  );
}

type Image = readonly [number, number, number];

function axesOf(layer: Layer, part: string, shape: readonly number[], image: Image | undefined): TensorKind {
  if (part === 'depthwise_kernel') return { kind: 'depthwise' };
  if (part !== 'kernel') return { kind: 'vector' };
  if (layer.getClassName() !== 'Dense') return { kind: 'convolution' };
  const isFlattened = image !== undefined && shape[0] === image[0] * image[1] * image[2];
  return isFlattened ? { kind: 'flattened', image } : { kind: 'dense' };
}

/** What the model flattens, where the order of its numbers matters: more than one pixel. */
function flattenedImage(model: LayersModel): Image | undefined {
  const flatten = model.layers.find((layer) => layer.getClassName() === 'Flatten');
  const input = flatten?.input;
  if (input === undefined || Array.isArray(input)) return undefined;
  const [, height, width, channels] = input.shape;
  if (!(height && width && channels) || height * width === 1) return undefined;
  return [height, width, channels];
}
