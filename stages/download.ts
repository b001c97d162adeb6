/** Stage `download`: puts the data set into data/raw. */
import { downloadDataset, type Params } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'download'>>(async (stage) => {
  const { seed, download } = stage.params;
  const report = await downloadDataset({
    seed,
    download,
    source: stage.optionalDep('source'),
    out: stage.out('images'),
    onProgress: stage.progress,
    onWarning: stage.warn,
  });
  stage.writeMetrics('counts', report);
});
