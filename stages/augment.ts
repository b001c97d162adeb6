/** Stage `augment`: new images of minority classes by small affine changes. */
import { augmentImages, type Params } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'split' | 'augment'>>(async (stage) => {
  const report = await augmentImages({
    ...stage.params,
    images: stage.dep('images'),
    injected: stage.dep('injected'),
    out: stage.out('images'),
    onProgress: stage.progress,
    onWarning: stage.warn,
  });
  stage.writeMetrics('counts', report);
});
