import { type LayersModel, whyNotCompiled } from '../../engine/index.ts';
import { FermentError } from '../../kit/index.ts';
import { countParameters } from './count.ts';
import { IMAGE_SHAPE } from './layers.ts';
import type { ModelInfo } from './model-info.ts';
import { MODEL_FILES } from './save-model.ts';

/**
 * Refuses a model that is not what its info says, or that the engine would not compute as TensorFlow.js does. Throws
 * BAD_WEIGHTS that names the file of its topology.
 */
export function checkModel(model: LayersModel, info: ModelInfo, path: string): void {
  const refuse = (text: string): never => {
    throw new FermentError('BAD_WEIGHTS', `${path} ${text}`, {
      hint: 'Take the folder whole, or train the model again.',
    });
  };
  const { learnable, moving } = countParameters(model);
  if (learnable !== info.parameters.learnable || moving !== info.parameters.moving)
    refuse(
      `should have ${info.parameters.learnable} learnable parameters and ${info.parameters.moving} moving ones, as ${MODEL_FILES.info} says. Received: ${learnable} and ${moving}.`,
    );
  const logits = model.outputs.map(({ shape }) => shape.at(-1));
  if (logits.length !== 1 || logits[0] !== info.classes.length)
    refuse(
      `should give ${info.classes.length} logits, one for each class. Received: ${logits.join(' and ')}.`,
    );
  const [side] = IMAGE_SHAPE;
  const inputs = model.inputs.map(({ shape }) => shape.slice(1));
  if (inputs.length !== 1 || !isImageShape(inputs[0] ?? []))
    refuse(
      `should take images [${side}, ${side}, 1] or [${side}, ${side}, 3]. Received: ${inputs.map((shape) => `[${shape.map((length) => length ?? 'any').join(', ')}]`).join(' and ')}.`,
    );
  const why = whyNotCompiled(model);
  if (why !== undefined) refuse(`is no model of Ferment's. ${why}`);
}

function isImageShape([height, width, channels, ...others]: readonly (number | null)[]): boolean {
  const fits = [height, width].every((length) => length === null || length === IMAGE_SHAPE[0]);
  return fits && (channels === 1 || channels === 3) && others.length === 0;
}
