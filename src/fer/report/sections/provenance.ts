import { type Block, heading, paragraph } from '../document.ts';
import { renderGraph, type StageGraph } from '../figures/index.ts';
import type { Results } from '../results.ts';

/** How it was made: the graph, and what identifies the data and the models. */
export function provenanceSection(results: Results, graph: StageGraph): Block[] {
  const { splits } = results.packed;
  const digests = Object.entries(splits).map(([split, { pixelDigest }]) => [split, `\`${pixelDigest}\``]);
  return [
    heading(2, 'How it was made'),
    paragraph(
      "Every figure and table of this report is written by the stage `report`, from the metrics files and the maps; only the paper's numbers are typed, in `src/fer/report/paper-figures.ts`. `ferment why STAGE` says what a stage was made from, `ferment metrics diff` what changed since the last commit.",
    ),
    {
      kind: 'figure',
      name: 'graph',
      svg: renderGraph('The pipeline', graph),
      caption:
        'The pipeline, from top to bottom: a line leads from what writes to what reads; stages of a group are one box.',
    },
    {
      kind: 'table',
      caption: 'SHA-256 of the pixels of each split',
      rows: [['split', 'digest'], ...digests],
    },
    ...(results.download.source.sha256 === null
      ? []
      : [paragraph(`SHA-256 of the source file: \`${results.download.source.sha256}\`.`)]),
    paragraph(
      'Seconds, device and library version of each training are in the run record, not here: the same results in the same history give the same report. `ferment logs STAGE` shows them.',
    ),
  ];
}
