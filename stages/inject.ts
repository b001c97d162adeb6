/** Stage `inject`: tops up chosen classes of the training part from a second source. */
import { injectImages, type Params } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'split' | 'inject'>>(async (stage) => {
  const report = await injectImages({
    ...stage.params,
    images: stage.dep('images'),
    source: stage.optionalDep('source'),
    out: stage.out('images'),
    onProgress: stage.progress,
    onWarning: stage.warn,
  });
  stage.writeMetrics('counts', report);
});
