// One model on the untouched test split: answers, embeddings, and everything that is measured on them.
import { evaluateModel, type Params, reportEngine } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'engine' | 'evaluate'>>(async (stage) => {
  const { seed, engine, evaluate } = stage.params;
  const { metrics, record } = await evaluateModel(
    {
      model: stage.dep('model'),
      test: stage.dep('test'),
      validation: stage.dep('validation'),
      predictions: stage.out('predictions'),
    },
    evaluate,
    {
      seed,
      device: engine.device,
      onEngine: reportEngine(stage),
      onProgress: stage.progress,
      onWarning: stage.warn,
    },
  );
  stage.writeMetrics('scores', metrics);
  stage.record('evaluation', record);
});
