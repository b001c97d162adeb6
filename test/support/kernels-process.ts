// Prints how far the gradients of both compact nets by the engine's own kernels are from those by single operations:
// the largest part of a tensor's length, in float32 and in bfloat16. For the kernels that FERMENT_KERNELS names.
import { compileForTraining } from '../../src/engine/graph/fusion/fuse.ts';
import { planGradients, runBackward, runForward } from '../../src/engine/graph/run.ts';
import { type Engine, loadEngine, type Precision } from '../../src/engine/index.ts';
import { withPrecision } from '../../src/engine/precision.ts';
import { buildModel } from '../../src/fer/models/index.ts';

const COUNT = 4;
const engine = await loadEngine({ device: 'cpu', threads: 2 });

function gradients(on: Engine, architecture: 'resnet' | 'mobilenetv2'): Map<string, Float32Array> {
  const { tf } = on;
  const graph = compileForTraining(on, buildModel(on, { architecture, dropout: 0.15, seed: 3 }));
  const x = tf.tensor(
    Float32Array.from({ length: COUNT * 48 * 48 * 3 }, (_, i) => Math.sin(i * i)),
    [COUNT, 48, 48, 3],
  );
  const pass = { engine: on, training: true, dropoutSeed: () => [1, 2] as const };
  const tape = runForward(graph, planGradients(graph), pass, x);
  const dy = Float32Array.from({ length: COUNT * 7 }, (_, i) => Math.cos(i));
  const found = runBackward(graph, pass, tape, tf.tensor(dy, [COUNT, 7]));
  return new Map([...found].map(([weight, tensor]) => [weight.name, tensor.dataSync<'float32'>()]));
}

/** A bias or an offset before a batch norm has the gradient 0 in exact arithmetic, and noise in any other. */
const NOISE = /conv\d\/bias$|project_bn\/beta$/;

const length = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

function furthest(architecture: 'resnet' | 'mobilenetv2', precision: Precision = 'float32'): number {
  const own = gradients(withPrecision(engine, precision), architecture);
  let furthest = 0;
  for (const [name, values] of gradients({ ...engine, fused: undefined }, architecture)) {
    if (NOISE.test(name)) continue;
    const off = values.map((value, i) => value - (own.get(name)?.[i] ?? Number.NaN));
    furthest = Math.max(furthest, length(off) / length(values));
  }
  return furthest;
}

const instructions = engine.fused?.instructions;
const [resnet, mobilenetv2] = [furthest('resnet'), furthest('mobilenetv2')];
const low = { resnet: furthest('resnet', 'bfloat16'), mobilenetv2: furthest('mobilenetv2', 'bfloat16') };
console.log(JSON.stringify({ instructions, resnet, mobilenetv2, low }));
