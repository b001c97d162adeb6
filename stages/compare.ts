// Whether one net is better than another: both on the same test images, over images and seeds.
import { compareRuns, type Params } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<
  Pick<Params, 'seed'> & {
    readonly evaluate: Pick<Params['evaluate'], 'bootstrapSamples' | 'confidence' | 'collapseShare'>;
  }
>((stage) => {
  const { seed, evaluate } = stage.params;
  const metrics = compareRuns({ ...evaluate, seed, a: stage.deps('a'), b: stage.deps('b') });
  stage.writeMetrics('scores', metrics);
});
