import { DiagnosticsError } from '../../kit/index.ts';
import { put } from '../load/object.ts';
import { type Params, paramValue } from '../load/params.ts';
import type { Inputs, Stage } from '../model.ts';

/**
 * The values of the parameters that a stage declares: file to dotted key to value, `''` for a whole file; what goes
 * into `Inputs.params`. Throws BAD_PARAMS at the stage for a key that is not there (a file that a stage writes may
 * lack it; all others were checked when the project was loaded).
 */
export function stageParams(params: Params, stage: Stage): Inputs['params'] {
  const { file, line, column, source } = stage;
  const values: Record<string, Record<string, unknown>> = {};
  for (const dep of stage.params) {
    const ofFile: Record<string, unknown> = {};
    for (const key of dep.keys ?? ['']) {
      const found = paramValue(params, dep.file, key);
      if (!found.found || found.value === undefined) {
        const what = key === '' ? dep.file : `'${key}' of ${dep.file}`;
        const message = `Stage '${stage.name}' declares the parameter ${what}, which does not exist.`;
        throw new DiagnosticsError('BAD_PARAMS', [{ file, line, column, length: 1, message, source }]);
      }
      put(ofFile, key, found.value);
    }
    put(values, dep.file, ofFile);
  }
  return values;
}
