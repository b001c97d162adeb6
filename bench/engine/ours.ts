/**
 * ours.ts NET MODE SECONDS [THREADS]: what peer.py does, by this repository's engine: batches of 64 from numbers in memory to a
 * loss, or to logits. Prints the same JSON.
 */
import {
  createInference,
  createTrainer,
  type Engine,
  type LayersModel,
  loadEngine,
  withPrecision,
} from '../../src/engine/index.ts';
import { type Architecture, buildModel } from '../../src/fer/index.ts';
import { measureFor } from '../runner/measure.ts';

const BATCH = 64;
const WARM_UP = 3;

const [architecture, mode, seconds, threads = '2'] = process.argv.slice(2);
const engine = await loadEngine({ device: 'cpu', threads: Number(threads) });
const model = buildModel(engine, { architecture: architecture as Architecture, dropout: 0.15, seed: 0 });
const step = prepare(engine, model, mode);
for (let i = 0; i < WARM_UP; i++) step();
console.log(JSON.stringify(measureFor(Number(seconds), step)));

function prepare(engine: Engine, model: LayersModel, mode: string | undefined): () => void {
  const images = Float32Array.from({ length: BATCH * 48 * 48 * 3 }, (_, i) => Math.sin(i * i));
  if (mode !== 'predict') {
    const labels = Uint8Array.from({ length: BATCH }, (_, i) => i % 7);
    const inTraining = withPrecision(engine, mode === 'train-bfloat16' ? 'bfloat16' : 'float32');
    const trainer = createTrainer(inTraining, model, {
      optimizer: { kind: 'adam', learningRate: 1e-3 },
      seed: 0,
    });
    return () => trainer.step(images, labels);
  }
  const inference = createInference(engine, model);
  return () => {
    const x = engine.tf.tensor(images, [BATCH, 48, 48, 3]);
    const { logits, embeddings } = inference.run(x);
    logits.dataSync();
    engine.tf.dispose([x, logits, embeddings]);
  };
}
