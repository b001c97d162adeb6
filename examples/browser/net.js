// The net: stock TensorFlow.js on the model that comes with Ferment.
import * as tf from '@tensorflow/tfjs';
import { SIDE, standardize } from './face.js';

/** Loads the model; then a function from 48 x 48 gray pixels to `[{name, share}]`, likeliest first. Rejects when it cannot be had. */
export async function loadNet() {
  const [model, info] = await Promise.all([
    tf.loadLayersModel('model/model.json'),
    fetch('model/model-info.json').then((answer) => answer.json()),
  ]);
  return (gray) => {
    const probabilities = tf.tidy(() => {
      const image = tf.tensor4d(standardize(gray), [1, SIDE, SIDE, 1]);
      return model
        .predict(image)
        .div(info.temperature ?? 1)
        .softmax()
        .dataSync();
    });
    return info.classes
      .map((name, i) => ({ name, share: probabilities[i] }))
      .sort((a, b) => b.share - a.share);
  };
}
