// Tables, figures and provenance from everything that the other stages measured.
import { type Params, writeReport } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'report' | 'train' | 'teach'>>(async (stage) => {
  const { report, ...teaching } = stage.params;
  await writeReport({
    report,
    teaching,
    metrics: stage.deps('metrics'),
    maps: stage.deps('maps'),
    train: stage.dep('train'),
    graph: stage.graph(),
    outs: { markdown: stage.out('report'), page: stage.out('page'), figures: stage.out('figures') },
  });
});
