import { parseArgs } from 'node:util';
import type { Bench, Tool } from './bench.ts';
import { allBenches } from './benches.ts';
import { ratioGoals } from './goals.ts';
import { writePage } from './page.ts';
import { mergeResults, readResults, thisMachine, versionsOf, writeResults } from './results.ts';
import { type BenchResult, sit } from './sitting.ts';
import { type FoundTool, findTools, isFound } from './tools.ts';

const HELP = `Measures Ferment and its peers in one sitting.

  npm run bench -- [BENCH…] [--rounds N] [--tools ferment,make] [--no-write]

A bench is named by its id or by its first words (no-op, files-first); without names all are run, which takes hours.
Writes bench/results.json and, from it, bench/RESULTS.md.

  --rounds N    instead of each bench's own number
  --tools LIST  only these
  --no-write    only print
  --list        the benches, and which tools are found
  --page        only write the page anew
`;

const OPTIONS = {
  rounds: { type: 'string' },
  tools: { type: 'string' },
  'no-write': { type: 'boolean' },
  list: { type: 'boolean' },
  page: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const { values, positionals } = commandLine();
if (values.help === true) process.stdout.write(HELP);
else if (values.page === true) writePage(readResults());
else if (values.list === true) list();
else await measure();

function commandLine() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(64);
  }
}

function list(): void {
  const found = foundTools();
  for (const { id, title } of allBenches(new Map(found.map((tool) => [tool.tool, tool]))))
    console.log(`${id.padEnd(30)}${title}`);
}

function foundTools(): readonly FoundTool[] {
  const tools = findTools();
  for (const tool of tools) if (!isFound(tool)) console.log(`without ${tool.tool}: ${tool.missing}`);
  return tools.filter(isFound);
}

async function measure(): Promise<void> {
  const found = foundTools();
  const benches = allBenches(new Map(found.map((tool) => [tool.tool, tool])));
  const chosen = benches.filter(
    ({ id }) =>
      positionals.length === 0 || positionals.some((name) => id === name || id.startsWith(`${name}-`)),
  );
  if (chosen.length === 0) {
    console.error(`There is no bench ${positionals.join(' or ')}. npm run bench -- --list names all.`);
    process.exitCode = 64;
  }
  for (const bench of chosen) {
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    const only = values.tools?.split(',') as readonly Tool[] | undefined;
    const result = await sit(bench, { rounds, tools: only, say: (text) => console.log(text) });
    for (const goal of ratioGoals(result)) console.log(`${bench.id}: ${goal}`);
    // After each of them: what is measured stays measured when a later one fails.
    if (values['no-write'] !== true) record(result, found, benches);
  }
}

function record(result: BenchResult, found: readonly FoundTool[], benches: readonly Bench[]): void {
  const present = found.filter(({ tool }) => result.results.some((one) => one.tool === tool));
  const fresh = { machine: thisMachine(), versions: versionsOf(present), benches: [result] };
  const merged = mergeResults(
    readResults(),
    fresh,
    benches.map(({ id }) => id),
  );
  writeResults(merged);
  writePage(merged);
}
