/**
 * Measures Ferment and its peers in one sitting: npm run bench -- [BENCH…] [--rounds N] [--tools ferment,make] [--no-write]
 * A bench is named by its id or its first words (`no-op`); without names all are run. Writes bench/results.json and, from it,
 * bench/RESULTS.md; `npm run bench -- --page` only writes the page anew.
 */
import { parseArgs } from 'node:util';
import type { Bench, Tool } from './bench.ts';
import { allBenches } from './benches.ts';
import { writePage } from './page.ts';
import { mergeResults, readResults, thisMachine, versionsOf, writeResults } from './results.ts';
import { type BenchResult, sit } from './sitting.ts';
import { type FoundTool, findTools, isFound } from './tools.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    tools: { type: 'string' },
    'no-write': { type: 'boolean' },
    page: { type: 'boolean' },
  },
});

if (values.page === true) {
  const known = readResults();
  if (known !== undefined) writePage(known);
} else await measure();

async function measure(): Promise<void> {
  const tools = findTools();
  for (const tool of tools) if (!isFound(tool)) console.log(`without ${tool.tool}: ${tool.missing}`);
  const found = tools.filter(isFound);
  const benches = allBenches(new Map(found.map((tool) => [tool.tool, tool])));
  const chosen = benches.filter(
    ({ id }) =>
      positionals.length === 0 || positionals.some((name) => id === name || id.startsWith(`${name}-`)),
  );
  for (const bench of chosen) {
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    const only = values.tools?.split(',') as readonly Tool[] | undefined;
    const result = await sit(bench, { rounds, tools: only, say: (text) => console.log(text) });
    // After each of them: what is measured stays measured when a later one fails.
    if (values['no-write'] !== true) record(result, found, benches);
  }
}

function record(result: BenchResult, found: readonly FoundTool[], benches: readonly Bench[]): void {
  const fresh = { machine: thisMachine(), versions: versionsOf(found), benches: [result] };
  const merged = mergeResults(
    readResults(),
    fresh,
    benches.map(({ id }) => id),
  );
  writeResults(merged);
  writePage(merged);
}
