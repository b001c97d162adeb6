import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildGraph, loadProject, stageParams } from '../../../../src/runner/index.ts';

const root = join(import.meta.dirname, '../../../..');

it.each([[[]], [['params.paper.yaml']], [['params.best.yaml']]])(
  "this project's own pipeline loads and connects, with the overlays %j",
  (paramsFiles) => {
    const project = loadProject({ cwd: root, paramsFiles });
    const graph = buildGraph(project.stages);
    expect([graph.order.at(0), graph.order.at(-1)]).toEqual(['download', 'report']);
    for (const stage of project.stages) {
      expect(Object.keys(stageParams(project.params, stage))).toEqual(['params.yaml']);
      // Everything but the first stage and the last is read by somebody and reads something.
      if (stage.name !== 'download') expect(graph.upstream(stage.name)).not.toEqual([]);
      if (stage.name !== 'report') expect(graph.downstream(stage.name)).not.toEqual([]);
    }
  },
);
