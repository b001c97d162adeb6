import type { Tool } from './bench.ts';
import { NAMES } from './names.ts';
import type { BenchResult } from './sitting.ts';
import { ratioOf } from './statistics.ts';

/** Each goal of a bench beside other tools, and whether it is met: `at least 3× torchvision on Pillow: met, 3.4×`. */
export function ratioGoals({ goalRatios = {}, results }: BenchResult): readonly string[] {
  const wallsOf = (tool: Tool): readonly number[] =>
    results.find((result) => result.tool === tool)?.rounds.map(({ wallSeconds }) => wallSeconds) ?? [];
  return Object.entries(goalRatios).map(([name, least]) => {
    const tool = name as Tool;
    const goal = `at least ${least > 1 ? `${least}×` : `${percent(least, 0)} of the rate of`} ${NAMES[tool]}`;
    const ratio = ratioOf(wallsOf(tool), wallsOf('ferment'))?.median;
    if (ratio === undefined) return `${goal}: not measured`;
    const reached = least > 1 ? `${down(ratio, 2)}×` : percent(ratio, 1);
    return `${goal}: ${ratio >= least ? 'met' : 'missed'}, ${reached}`;
  });
}

function percent(share: number, digits: number): string {
  return `${down(100 * share, digits)} %`;
}

/** Rounded down, so that nothing reads as a goal that it misses by a hair; a float's own error is no such hair. */
function down(value: number, digits: number): string {
  const scale = 10 ** digits;
  return (Math.floor(value * scale + 1e-6) / scale).toFixed(digits);
}
