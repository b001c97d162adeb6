import type { Figure } from './figure.ts';

/** Every figure with all its points, by id: what `plots show --json` prints. */
export function plotsJson(figures: readonly Figure[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    figures.map(({ spec, xLabel, yLabel, series, pictures, problems }) => [
      spec.id,
      {
        template: spec.template,
        ...(spec.title === undefined ? {} : { title: spec.title }),
        xLabel,
        yLabel,
        series: series.map(({ revision, file, field, points }) => ({
          revision,
          file,
          field,
          points: points.map(({ x, y }) => [x, y]),
        })),
        images: pictures.map(({ revision, file, sizeBytes }) => ({ revision, file, size: sizeBytes })),
        problems,
      },
    ]),
  );
}
