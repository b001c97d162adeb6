// The winner of each architecture, on validation only: the test split is not among this stage's deps.
import { type Params, selectConfigurations } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'select' | 'sweep'>>((stage) => {
  const outs = { resnet: stage.out('resnet'), mobilenetv2: stage.out('mobilenetv2') };
  stage.writeMetrics('table', selectConfigurations(stage.params, stage.deps('runs'), outs));
});
