import { DiagnosticsError } from '../../kit/index.ts';
import { put } from '../load/object.ts';
import { type Params, paramValue } from '../load/params.ts';
import type { Inputs, ProjectPath, Stage } from '../model.ts';

/**
 * The values of the parameters that a stage declares: file to dotted key to value, `''` for a whole file; what goes
 * into `Inputs.params`. Throws BAD_PARAMS at the stage for a key that is not there, unless `missing` collects
 * them, as `file:key`.
 */
export function stageParams(params: Params, stage: Stage, missing?: string[]): Inputs['params'] {
  const values: Record<string, Record<string, unknown>> = {};
  for (const dep of stage.params) {
    const ofFile: Record<string, unknown> = {};
    for (const key of dep.keys ?? ['']) {
      const found = paramValue(params, dep.file, key);
      if (found.found && found.value !== undefined) put(ofFile, key, found.value);
      else if (missing === undefined) throw missingParam(stage, dep.file, key);
      else missing.push(joinKey(dep.file, key));
    }
    put(values, dep.file, ofFile);
  }
  return values;
}

function joinKey(file: ProjectPath, key: string): string {
  return key === '' ? file : `${file}:${key}`;
}

function missingParam({ name, file, line, column, source }: Stage, from: ProjectPath, key: string): Error {
  const what = key === '' ? from : `'${key}' of ${from}`;
  const message = `Stage '${name}' declares the parameter ${what}, which does not exist.`;
  return new DiagnosticsError('BAD_PARAMS', [{ file, line, column, length: 1, message, source }]);
}
