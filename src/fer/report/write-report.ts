import { basename, join } from 'node:path';
import { literalMarkdown, makeFolder, writeFileAtomic } from '../../kit/index.ts';
import { loadDataset } from '../data/index.ts';
import type { Params } from '../params/index.ts';
import { type Block, figuresOf, heading, paragraph } from './document.ts';
import { readEarlierResults } from './earlier-results.ts';
import { PALETTES, type StageGraph } from './figures/index.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { type Results, readResults } from './results.ts';
import { changesSection } from './sections/changes.ts';
import { compareSection } from './sections/compare.ts';
import { dataSection } from './sections/data.ts';
import { evaluationSection } from './sections/evaluation.ts';
import { headlineSection } from './sections/headline.ts';
import { mapsSection } from './sections/maps.ts';
import { provenanceSection } from './sections/provenance.ts';
import { sweepSection } from './sections/sweep.ts';
import type { TeachingParams } from './sections/teaching.ts';
import { finalSection } from './sections/training.ts';

export interface ReportOptions {
  readonly report: Params['report'];
  readonly teaching: TeachingParams;
  /** Paths of all metrics files. */
  readonly metrics: readonly string[];
  /** Folders of the maps, named as their metrics. */
  readonly maps: readonly string[];
  /** Folder of the packed training split. */
  readonly train: string;
  readonly graph: StageGraph;
  readonly outs: { readonly markdown: string; readonly page: string; readonly figures: string };
}

/**
 * Writes the report as Markdown with figures beside it, and as one HTML page that needs nothing else.
 * Throws DATA_MISSING or DATA_DAMAGED for results that are not there or cannot be read.
 */
export async function writeReport(options: ReportOptions): Promise<void> {
  const results = readResults(options.metrics);
  const blocks = await contentOf(results, options);
  makeFolder(options.outs.figures);
  for (const [name, svg] of figuresOf(blocks)) writeFileAtomic(join(options.outs.figures, name), svg);
  writeFileAtomic(options.outs.markdown, renderMarkdown(blocks));
  writeFileAtomic(
    options.outs.page,
    renderHtml(options.report.title, blocks, PALETTES[options.report.palette]),
  );
}

async function contentOf(results: Results, options: ReportOptions): Promise<readonly Block[]> {
  const source = results.download.source.kind;
  const { samples, title } = options.report;
  const palette = PALETTES[options.report.palette];
  const isShown = samples === 'always' || (samples === 'generated-only' && source === 'generated');
  const folders = new Map(options.maps.map((folder) => [basename(folder), folder]));
  return [
    heading(1, literalMarkdown(title)),
    paragraph(
      'A reproduction of "Facial emotion recognition on FER2013 with compact CNNs", in which a VGG16 baseline, a small ResNet and a small MobileNetV2 answer which of seven emotions a 48 x 48 gray face shows.',
    ),
    ...headlineSection(results, source, palette),
    ...compareSection(results),
    ...changesSection(results, readEarlierResults(options.metrics)),
    ...(await dataSection(results, isShown ? loadDataset(options.train) : undefined, palette)),
    ...sweepSection(results, palette),
    ...finalSection(results, options.teaching, palette),
    ...evaluationSection(results, palette),
    ...(await mapsSection(results, folders, palette)),
    ...provenanceSection(results, options.graph),
  ];
}
