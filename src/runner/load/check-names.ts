import type { PipelineFile } from './pipeline-file.ts';
import type { Problems } from './problems.ts';

/** Names within one stage must be unique, and stage names in the project: a matrix and a plain stage may collide. */
export function checkNames(problems: Problems, files: readonly PipelineFile[]): void {
  for (const { source, stages } of files) {
    for (const { stage, path } of stages) {
      // Outs, metrics and plots share one name space: the program asks for all of them with out(name).
      const seen = new Set<string>();
      for (const { name, kind } of stage.outs) {
        if (name === undefined) continue;
        if (seen.has(name)) {
          const message = `Two outs of stage '${stage.group}' are named '${name}'.`;
          const hint = 'Outs, metrics and plots of a stage share their names.';
          problems.addAtPath(
            'BAD_PIPELINE',
            source,
            { path: [...path, `${kind}s`, name], part: 'key' },
            { message, hint },
          );
        }
        seen.add(name);
      }
    }
  }
}
