// A map of images or embeddings in the plane: PCA, then t-SNE, and how far the map can be trusted.
import { mapPoints, type Params } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'tsne'>>((stage) => {
  const started = performance.now();
  const metrics = mapPoints(stage.dep('input'), stage.out('map'), stage.params.tsne, {
    seed: stage.params.seed,
    onProgress: ({ done, total, kl }) => {
      const rate = (1000 * done) / (performance.now() - started);
      stage.progress({
        done,
        total,
        unit: 'iteration',
        text: 't-SNE',
        rate,
        etaSeconds: (total - done) / rate,
        values: { kl },
      });
    },
  });
  stage.writeMetrics('scores', metrics);
  stage.record('tsne', { seconds: (performance.now() - started) / 1000 });
});
