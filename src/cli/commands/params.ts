import { prettyJson, printLine } from '../../kit/index.ts';
import { diffValues, readParams, renderDiff, sidesOf, toJson } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext } from '../program.ts';
import { only, printTable, type TableOptions, tableOf, toleranceOf, wantedFiles } from '../values-table.ts';

/** `ferment params diff [A] [B]`: A is HEAD unless given, B the workspace. */
export function diffParams(
  a: string | undefined,
  b: string | undefined,
  options: TableOptions,
  { terminal }: ActionContext,
): void {
  const [before, after] = sidesOf(loadOptions(options, terminal), a, b);
  const sides = [readParams(before), readParams(after)] as const;
  const wanted = wantedFiles(options, sides, terminal);
  const diff = diffValues(only(sides[0].values, wanted), only(sides[1].values, wanted), toleranceOf(options));
  if (options.json === true) terminal.stdout.write(prettyJson(toJson(diff)));
  else if (diff.size > 0) {
    const labels = { kind: 'Param', before: before.label, after: after.label } as const;
    printTable(diff, (one, path) => renderDiff(one, labels, tableOf(options, path)), { options, terminal });
  } else if (options.md !== true) printLine(terminal.stderr, 'No param differs.');
}
