// The final training of one architecture, with the values that the sweep selected where params.yaml says so.
import { finalTraining, type Params, reportEngine, trainCompactNet } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'engine' | 'training' | 'train'>>(async (stage) => {
  const run = await trainCompactNet(
    finalTraining(stage.key ?? '', stage.params, stage.optionalDep('selection')),
    {
      train: stage.dep('train'),
      validation: stage.dep('validation'),
      targets: stage.optionalDep('targets'),
      teachers: stage.optionalDeps('teachers'),
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
