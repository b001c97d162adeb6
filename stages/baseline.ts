// VGG16, the paper's transfer set-up, on the same data and scored by the same measures as the compact nets.
import { type Params, reportEngine, trainBaseline } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'engine' | 'baseline'>>(async (stage) => {
  const weights = stage.optionalDep('weights');
  if (weights === undefined) {
    stage.warn(
      'The baseline starts from random weights, so its frozen layers know nothing. For transfer give ImageNet weights: ' +
        '-S baseline.weights=vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5',
    );
  }
  const run = await trainBaseline(
    { ...stage.params.baseline, weights, seed: stage.params.seed },
    {
      train: stage.dep('train'),
      validation: stage.dep('validation'),
      model: stage.out('model'),
      history: stage.out('history'),
      checkpoint: stage.checkpoint('state'),
    },
    {
      device: stage.params.engine.device,
      onEngine: reportEngine(stage),
      onProgress: stage.progress,
      onWarning: stage.warn,
    },
  );
  stage.writeMetrics('scores', run.metrics);
  stage.record('training', run.record);
});
