import { buildGraph, type Graph, type Stage } from '../../src/runner/index.ts';

/** What a test says of a stage. */
export interface Spec {
  readonly deps?: readonly string[];
  readonly outs?: readonly string[];
  readonly checkpoints?: readonly string[];
  readonly params?: readonly string[];
  readonly frozen?: boolean;
  /** Whether its patterns may match nothing. */
  readonly optional?: boolean;
}

/** Stages in file order, a line each, from their paths. */
function stagesOf(specs: Readonly<Record<string, Spec>>): Stage[] {
  return Object.entries(specs).map(
    (
      [name, { deps = [], outs = [], checkpoints = [], params = [], frozen = false, optional = false }],
      i,
    ): Stage => {
      const group = name.split('@')[0] ?? name;
      return {
        name,
        group,
        file: 'pipeline.yaml',
        line: i + 2,
        column: 3,
        source: `  ${group}:`,
        desc: undefined,
        meta: undefined,
        wdir: '.',
        command: { kind: 'shell', lines: [name] },
        deps: deps.map((path) => ({ name: undefined, path, glob: /[*?[{]/.test(path), optional })),
        outs: outs.map((path) => ({
          name: undefined,
          path,
          kind: 'out',
          cache: true,
          persist: false,
          desc: undefined,
          options: {},
        })),
        params: params.map((file) => ({ file, keys: undefined })),
        env: [],
        frozen,
        alwaysChanged: false,
        timeoutMs: undefined,
        retries: { times: 0, delayMs: 0, backoff: 1 },
        resources: { cpus: 1, gpus: 0, memoryBytes: undefined },
        checkpoints: checkpoints.map((path) => ({ name: undefined, path })),
        graph: false,
      };
    },
  );
}

export const graphOf = (specs: Readonly<Record<string, Spec>>): Graph => buildGraph(stagesOf(specs));
