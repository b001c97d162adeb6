import { FermentError, prettyJson, writeFileAtomic } from '../../../kit/index.ts';
import { PAPER_ARCHITECTURES, type PaperArchitecture, type Params } from '../../params/index.ts';
import { type RunScores, rankRuns } from './rank.ts';
import { readSweepResults } from './sweep-results.ts';

/** What `select` writes for one architecture. */
export interface Selection {
  readonly architecture: PaperArchitecture;
  /** The chosen configuration's name. */
  readonly configuration: string;
  readonly values: SelectedValues;
  readonly reason: string;
  /** Best first. */
  readonly ranking: readonly RunScores[];
}

export type SelectedValues = Omit<Params['sweep']['configs'][string], 'architecture'>;

type SelectParams = Pick<Params, 'select'> & { readonly sweep: Pick<Params['sweep'], 'configs'> };

/**
 * Picks the winner of each architecture from the sweep's metrics files and writes one selection file each.
 * Gives the table for the stage's metrics.
 * Throws BAD_PARAMS when an architecture has no configuration, and what `readSweepResults` throws.
 */
export function selectConfigurations(
  { select, sweep }: SelectParams,
  files: readonly string[],
  outs: Readonly<Record<PaperArchitecture, string>>,
): Readonly<Record<string, unknown>> {
  for (const architecture of PAPER_ARCHITECTURES) requireConfiguration(architecture, sweep.configs);
  const results = readSweepResults(files, sweep.configs);
  const selections = PAPER_ARCHITECTURES.map((architecture) =>
    selectOne(architecture, sweep.configs, results, select),
  );
  for (const selection of selections) writeFileAtomic(outs[selection.architecture], prettyJson(selection));
  return { ...select, ...Object.fromEntries(selections.map((s) => [s.architecture, tableOf(s)])) };
}

function requireConfiguration(architecture: PaperArchitecture, configs: Params['sweep']['configs']): void {
  if (Object.values(configs).some((configuration) => configuration.architecture === architecture)) return;
  throw new FermentError(
    'BAD_PARAMS',
    `sweep.configs needs a configuration with architecture: ${architecture}, because train@${architecture} follows. Received: none.`,
    { hint: `Add one to sweep.configs in params.yaml.` },
  );
}

function selectOne(
  architecture: PaperArchitecture,
  configs: Params['sweep']['configs'],
  results: ReadonlyMap<string, RunScores>,
  select: Params['select'],
): Selection {
  const runs = [...results.values()].filter(
    (run) => configs[run.configuration]?.architecture === architecture,
  );
  const { ranking, reason } = rankRuns(runs, select);
  const configuration = ranking[0]?.configuration ?? '';
  const chosen = configs[configuration];
  if (chosen === undefined) throw new FermentError('INTERNAL', `No values for '${configuration}'.`);
  const { architecture: _, ...values } = chosen;
  return { architecture, configuration, values, reason, ranking };
}

/** One entry per configuration, so that a diff between two commits compares like with like. */
function tableOf({ configuration, reason, ranking }: Selection): Readonly<Record<string, unknown>> {
  const runs = ranking.map(({ configuration: name, ...scores }, i) => [name, { rank: i + 1, ...scores }]);
  return { configuration, reason, runs: Object.fromEntries(runs) };
}
