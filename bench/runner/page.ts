import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tool } from './bench.ts';
import { ratioGoals } from './goals.ts';
import { NAMES } from './names.ts';
import type { Results } from './results.ts';
import type { BenchResult, ContestantResult } from './sitting.ts';
import { median, type Ratio, ratioOf } from './statistics.ts';

const PAGE_FILE = fileURLToPath(new URL('../RESULTS.md', import.meta.url));

/** Writes bench/RESULTS.md. */
export function writePage(results: readonly Results[]): void {
  writeFileSync(PAGE_FILE, renderPage(results));
}

/** The results page, Markdown. */
export function renderPage(results: readonly Results[]): string {
  return `# Measured

Written by \`npm run bench\`; the numbers are in results.json. All tools did the same work in turn, round by round, in
one sitting, and what each of them made was compared with what it must be. Between rounds nothing is deleted, and what
was written reaches the disk. Wall clock of the whole command, from start to exit; the median of the rounds, in brackets
the fastest. A ratio is that of the same round to Ferment's: the median round, in brackets the lowest and the highest.
What is above and below a line that names a machine is not to be compared.

${results.map(renderMachine).join('\n')}`;
}

function renderMachine({ machine, versions, benches }: Results): string {
  const parts = [...new Set(benches.map(({ part }) => part))];
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const dates = benches.map(({ at }) => at.slice(0, 10)).sort();
  const vectors = machine.vectors === undefined ? '' : ` with ${machine.vectors}`;
  return `**${machine.cores} cores of ${machine.cpu}${vectors}**, ${gibibytes(machine.memoryBytes)} of memory, ${machine.system}, Node ${machine.node}, ${dates[0] ?? ''}. ${tools.join(', ')}.

${parts
  .map((part) =>
    renderPart(
      part,
      benches.filter((bench) => bench.part === part),
    ),
  )
  .join('\n')}${renderGrowth(benches)}`;
}

function renderPart(part: string, benches: readonly BenchResult[]): string {
  return `## ${part}\n\n${benches.map(renderBench).join('\n')}`;
}

/** How Ferment's time and memory grow with the work, for the work that was measured in three sizes or more. */
function renderGrowth(benches: readonly BenchResult[]): string {
  const families = new Map<string, { readonly count: number; readonly ours: ContestantResult }[]>();
  for (const { id, results } of benches) {
    const [, family, count] = /^(.+)-(\d+)$/.exec(id) ?? [];
    const ours = results.find(({ tool, rounds }) => tool === 'ferment' && rounds.length > 0);
    if (family !== undefined && ours !== undefined)
      families.set(family, [...(families.get(family) ?? []), { count: Number(count), ours }]);
  }
  const rows = [...families]
    .filter(([, sizes]) => sizes.length >= 3)
    .flatMap(([family, sizes]) =>
      sizes.map(({ count, ours }) => {
        const wall = median(walls(ours));
        const peak = median(ours.rounds.map(({ peakBytes }) => peakBytes));
        const each = `${((wall / count) * 1e6).toFixed(0)} µs`;
        return `| ${family} | ${count.toLocaleString('en')} | ${seconds(wall)} | ${each} | ${Math.round(peak / 1e6)} MB |`;
      }),
    );
  const head = '\n## Growth\n\n| work | size | wall | for each | peak memory |\n|---|---:|---:|---:|---:|\n';
  return rows.length === 0 ? '' : `${head}${rows.join('\n')}\n`;
}

function renderBench(bench: BenchResult): string {
  const { title, results, cannot, images } = bench;
  const ours = results.find(({ tool }) => tool === 'ferment');
  const rows = results.map((result) => renderRow(result, ours, images));
  const missing = Object.entries(cannot ?? {}).map(
    ([tool, reason]) => `| ${NAMES[tool as Tool]} | – | – | – | – | ${reason} |`,
  );
  return `### ${title}${renderGoal(bench)}

| tool | wall | to Ferment | CPU | peak memory | |
|---|---:|---:|---:|---:|---|
${[...rows, ...missing].join('\n')}
`;
}

function renderGoal(bench: BenchResult): string {
  const { goal, goalSeconds } = bench;
  const ratios = ratioGoals(bench);
  if (ratios.length > 0) return ` (goal: ${ratios.join('; ')})`;
  if (goal !== undefined) return ` (goal: ${goal})`;
  return goalSeconds === undefined ? '' : ` (goal: at most ${seconds(goalSeconds)})`;
}

function renderRow(
  result: ContestantResult,
  ours: ContestantResult | undefined,
  images: number | undefined,
): string {
  const { tool, rounds, stoppedAfterSeconds } = result;
  const rate = images === undefined ? '' : `${Math.round(images / median(walls(result)))} images/s`;
  const note = [rate, figuresOf(rounds), result.note ?? ''].filter((text) => text !== '').join('; ');
  if (stoppedAfterSeconds !== undefined) {
    const least = ours === undefined ? '' : `> ${times(stoppedAfterSeconds / median(walls(ours)))}`;
    return `| ${NAMES[tool]} | > ${stoppedAfterSeconds} s | ${least} | – | – | stopped after ${stoppedAfterSeconds} s${note === '' ? '' : `; ${note}`} |`;
  }
  const wall = `${seconds(median(walls(result)))} (${seconds(Math.min(...walls(result)))})`;
  const ratio = tool === 'ferment' || ours === undefined ? undefined : ratioOf(walls(result), walls(ours));
  const cpu = seconds(median(rounds.map(({ cpuSeconds }) => cpuSeconds)));
  const peak = `${Math.round(median(rounds.map(({ peakBytes }) => peakBytes)) / 1e6)} MB`;
  return `| ${NAMES[tool]} | ${wall} | ${ratio === undefined ? '1' : shown(ratio)} | ${cpu} | ${peak} | ${note} |`;
}

/** The medians of the figures, `KL 1.551, label accuracy 0.93`. */
function figuresOf(rounds: ContestantResult['rounds']): string {
  const names = Object.keys(rounds[0]?.figures ?? {});
  const middle = (name: string): number => median(rounds.map(({ figures }) => figures?.[name] ?? Number.NaN));
  return names.map((name) => `${name} ${middle(name).toFixed(3)}`).join(', ');
}

function walls({ rounds }: ContestantResult): readonly number[] {
  return rounds.map(({ wallSeconds }) => wallSeconds);
}

function shown({ median: middle, low, high }: Ratio): string {
  return low === high ? times(middle) : `${times(middle)} (${times(low)}–${times(high)})`;
}

function times(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}×`;
}

function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(value < 1 ? 3 : 2)} s` : `${value.toFixed(1)} s`;
}

function gibibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 30)} GiB`;
}
