import { augmentationBenches } from '../augmentation/benches.ts';
import { embeddingBenches } from '../embedding/benches.ts';
import { engineBenches } from '../engine/benches.ts';
import { epochBenches } from '../epoch/benches.ts';
import type { Bench, Tool } from './bench.ts';
import { fileBenches } from './files.ts';
import { stageBenches } from './stages.ts';
import { startBenches } from './start.ts';
import type { FoundTool } from './tools.ts';

/** All benches, in the order of the results page. */
export function allBenches(tools: ReadonlyMap<Tool, FoundTool>): readonly Bench[] {
  return [
    ...startBenches(tools),
    ...stageBenches(tools),
    ...fileBenches(tools),
    ...engineBenches(tools),
    ...epochBenches(),
    ...augmentationBenches(tools),
    ...embeddingBenches(tools),
  ];
}
