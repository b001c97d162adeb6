import type { Command, Stage } from '../model.ts';
import type { StageSource } from '../schema/stage-schema.ts';
import { buildDeps, datasetKeys } from './build-deps.ts';
import { buildResources, buildRetries, buildTimeout } from './build-limits.ts';
import { buildCheckpoints, buildOuts } from './build-outs.ts';
import { buildParams } from './build-params.ts';
import { projectPath, reasonAgainstOut } from './paths.ts';
import type { Setting } from './stage-setting.ts';

/** A stage from its validated definition with templates filled. Problems go to `complain`; what is bad is left out. */
export function buildStage(source: StageSource, setting: Setting): Stage {
  const { name, group, file, wdir, place } = setting;
  return {
    name,
    group,
    file,
    line: place.line,
    column: place.column,
    source: place.source,
    desc: source.desc,
    meta: source.meta,
    wdir,
    command: buildCommand(source, setting),
    deps: buildDeps(source.deps, setting),
    outs: [
      ...buildOuts('out', source.outs, setting),
      ...buildOuts('metric', source.metrics, setting),
      ...buildOuts('plot', source.plots, setting),
    ],
    params: buildParams(source.params ?? [], datasetKeys(source.deps, setting), setting),
    env: [...new Set(source.env ?? [])],
    frozen: source.frozen === true,
    alwaysChanged: source.always_changed === true,
    resources: buildResources(source.resources ?? {}, setting),
    timeoutMs: buildTimeout(source.timeout, setting),
    retries: buildRetries(source.retries, setting),
    checkpoints: buildCheckpoints(source.checkpoints, setting),
    graph: source.graph === true,
  };
}

function buildCommand(source: StageSource, { name, wdir, root, complain }: Setting): Command {
  const { cmd, module } = source;
  if (cmd !== undefined && module !== undefined) {
    complain(
      ['module'],
      { message: `Stage '${name}' has both 'cmd' and 'module'; one of them is wanted.` },
      'key',
    );
  }
  if (cmd !== undefined) {
    const lines = typeof cmd === 'string' ? [cmd] : [...cmd];
    if (lines.some((line) => line.includes('\0')))
      complain(['cmd'], { message: 'The command holds a NUL character, which no command can.' });
    return { kind: 'shell', lines };
  }
  if (module === undefined) {
    const hint = 'Add cmd: with a command line, or module: with a program such as stages/train.ts.';
    complain([], { message: `Stage '${name}' has neither 'cmd' nor 'module'.`, hint }, 'key');
    return { kind: 'shell', lines: [] };
  }
  const path = projectPath(wdir, module, root);
  const reason = reasonAgainstOut(path);
  if (reason !== undefined) {
    complain(['module'], { message: `The program '${module}' cannot be used: ${reason}.` });
  }
  return { kind: 'module', module: path };
}
