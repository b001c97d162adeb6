import type { Engine, LayersModel } from '../../engine/index.ts';
import { IMAGE_PIXELS } from '../data/index.ts';
import { type ModelInfo, type Predictions, predict } from '../models/index.ts';

/** Predicts RGB images, `text` says which. */
export type Answerer = (text: string, images: Uint8Array) => Predictions;

export interface AnswerProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly text: string;
}

/** Predicts images and counts them into one progress over at most `total` images. */
export function answerer(
  engine: Engine,
  model: LayersModel,
  info: ModelInfo,
  total: number,
  onProgress: ((progress: AnswerProgress) => void) | undefined,
): Answerer {
  let before = 0;
  return (text, images) => {
    const predictions = predict(engine, model, images, {
      preprocessing: info.preprocessing,
      onProgress: (done) => onProgress?.({ done: before + done, total, unit: 'image', text }),
    });
    before += images.length / (3 * IMAGE_PIXELS);
    return predictions;
  };
}
