// Maps of images or embeddings: PCA, then t-SNE in the plane and in space, and UMAP; and how far each can be trusted.
import { mapPoints, type Params } from '../src/fer/index.ts';
import { runStage } from '../src/stage/index.ts';

await runStage<Pick<Params, 'seed' | 'tsne'>>((stage) => {
  const started = performance.now();
  let mapStarted = started;
  const metrics = mapPoints(stage.dep('input'), stage.out('map'), stage.params.tsne, {
    seed: stage.params.seed,
    key: stage.key,
    threads: stage.cpus,
    onProgress: (text, { done, total, kl }) => {
      const rate = (1000 * done) / (performance.now() - mapStarted);
      const etaSeconds = (total - done) / rate;
      stage.progress({ done, total, unit: 'iteration', text, rate, etaSeconds, values: { kl } });
      if (done === total) mapStarted = performance.now();
    },
  });
  stage.writeMetrics('scores', metrics);
  stage.record('tsne', { seconds: (performance.now() - started) / 1000 });
});
