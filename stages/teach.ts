// What trained nets answer to each training image, averaged: targets for another net.
import { type Params, reportEngine, teachTargets } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'engine' | 'teach'>>(async (stage) => {
  const { engine, teach } = stage.params;
  const metrics = await teachTargets(
    { models: stage.deps('models'), train: stage.dep('train'), targets: stage.out('targets') },
    {
      views: teach[stage.key ?? '']?.views ?? {},
      device: engine.device,
      onEngine: reportEngine(stage),
      onProgress: stage.progress,
    },
  );
  stage.writeMetrics('scores', metrics);
});
