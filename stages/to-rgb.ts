/** Stage `to-rgb`: packs every split into RGB arrays with labels and provenance. */
import { type Params, packSplits } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'split' | 'to-rgb'>>(async (stage) => {
  const { seed, split, 'to-rgb': toRgb } = stage.params;
  const report = await packSplits({
    seed,
    split,
    toRgb,
    images: stage.dep('images'),
    injected: stage.dep('injected'),
    augmented: stage.dep('augmented'),
    outs: { train: stage.out('train'), validation: stage.out('validation'), test: stage.out('test') },
    onProgress: stage.progress,
    onWarning: stage.warn,
  });
  stage.writeMetrics('counts', report);
});
