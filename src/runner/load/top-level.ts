import type { ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import { projectPath } from './paths.ts';
import type { PipelineFile } from './pipeline-file.ts';

/** A chart declared beside the stages. */
export interface TopLevelPlot {
  /** A path, or a free name when the options name the files. */
  readonly id: string;
  /** Folder of the pipeline file that declares it; its paths are relative to it. */
  readonly folder: ProjectPath;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Artifact {
  readonly name: string;
  readonly path: ProjectPath;
  readonly type: string | undefined;
  readonly desc: string | undefined;
  readonly labels: readonly string[];
  readonly meta: unknown;
}

/** What pipeline files declare beside their stages. */
export interface TopLevel {
  readonly metrics: readonly ProjectPath[];
  readonly params: readonly ProjectPath[];
  readonly plots: readonly TopLevelPlot[];
  readonly artifacts: readonly Artifact[];
}

export function collectTopLevel(files: readonly PipelineFile[]): TopLevel {
  return {
    metrics: files.flatMap((file) => paths(file, 'metrics')),
    params: files.flatMap((file) => paths(file, 'params')),
    plots: files.flatMap(plotsOf),
    artifacts: files.flatMap(artifactsOf),
  };
}

function paths({ top, folder, root }: PipelineFile, key: string): ProjectPath[] {
  const list = top[key];
  return Array.isArray(list) ? list.map((path) => projectPath(folder, String(path), root)) : [];
}

function plotsOf({ top, folder }: PipelineFile): TopLevelPlot[] {
  const { plots } = top;
  const items: unknown[] = Array.isArray(plots) ? plots : [plots];
  return items.flatMap((item): TopLevelPlot[] => {
    if (typeof item === 'string') return [{ id: item, folder, options: {} }];
    if (!isObject(item)) return [];
    return Object.entries(item).map(([id, options]) => ({
      id,
      folder,
      options: isObject(options) ? options : {},
    }));
  });
}

function artifactsOf({ top, folder, root }: PipelineFile): Artifact[] {
  if (!isObject(top['artifacts'])) return [];
  return Object.entries(top['artifacts']).flatMap(([name, item]): Artifact[] => {
    if (!isObject(item)) return [];
    const { path, type, desc, labels, meta } = item;
    return [
      {
        name,
        path: projectPath(folder, String(path), root),
        type: typeof type === 'string' ? type : undefined,
        desc: typeof desc === 'string' ? desc : undefined,
        labels: Array.isArray(labels) ? labels.map(String) : [],
        meta,
      },
    ];
  });
}
