// One training per configuration of the sweep; all of them start from the same weights and see the same batches.
import { type Params, reportEngine, sweepTraining, trainCompactNet } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'engine' | 'training' | 'sweep'>>(async (stage) => {
  const key = stage.key ?? '';
  const run = await trainCompactNet(
    sweepTraining(key, stage.params),
    {
      train: stage.dep('train'),
      validation: stage.dep('validation'),
      model: stage.out('run'),
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
