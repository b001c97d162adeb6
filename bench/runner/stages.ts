import { type Bench, type Command, type Contestant, defineBench, type Tool } from './bench.ts';
import { runQuietly } from './process.ts';
import { checkStages, forgetStages, pretendDvcRan, timesOf, writeStages } from './stage-work.ts';
import { FERMENT, type FoundTool } from './tools.ts';

const COLD_STAGES = 300;
const JOBS = 2;

type Tools = ReadonlyMap<Tool, FoundTool>;

/** Benches of many trivial stages: nothing to do, and all to do. */
export function stageBenches(tools: Tools): readonly Bench[] {
  return [
    ...[100, 300, 1000, 3000].map((count) => noOpBench(tools, count)),
    ...[100, COLD_STAGES, 1000, 3000].map((count) => coldBench(tools, count)),
    ...(['status', 'list', 'dag', 'why'] as const).map((command) => look(command, 1000)),
  ];
}

/** All of `count` stages are fresh. */
export function noOpBench(tools: Tools, count: number): Bench {
  const goals: Readonly<Record<number, number>> = { 100: 0.15, 1000: 0.5 };
  const goalSeconds = goals[count];
  return defineBench({
    id: `no-op-${count}`,
    part: 'Nothing to do',
    title: `${count.toLocaleString('en')} stages, all fresh`,
    ...(goalSeconds === undefined ? {} : { goalSeconds }),
    rounds: 7,
    contestants: present(
      tools,
      NO_OP_TOOLS.filter(({ most }) => count <= most).map(({ tool }) => tool),
    ).map((found) => noOpContestant(found, count)),
  });
}

/** Up to how many stages each tool is asked; more would take it minutes just to get there. */
const NO_OP_TOOLS: readonly { readonly tool: Tool; readonly most: number }[] = [
  { tool: 'ferment', most: 3000 },
  { tool: 'dvc', most: 1000 },
  { tool: 'snakemake', most: 1000 },
  { tool: 'wireit', most: 1000 },
  { tool: 'turbo', most: 100 },
  { tool: 'make', most: 3000 },
];

/** More rounds of these tell nothing new, and take minutes. */
const SLOW: Readonly<Partial<Record<Tool, Partial<Contestant>>>> = {
  dvc: { rounds: 3, capSeconds: 120 },
  snakemake: { rounds: 3, capSeconds: 120 },
  turbo: { rounds: 3, capSeconds: 120 },
};

function noOpContestant(found: FoundTool, count: number): Contestant {
  const { tool } = found;
  let before = '';
  return {
    tool,
    ...SLOW[tool],
    ...(tool === 'dvc'
      ? { rounds: count > 300 ? 1 : 2, note: 'dvc.lock and cache written by the bench, in its format' }
      : {}),
    setUp: (folder) => {
      writeStages(folder, count, tool, found.modules);
      if (tool === 'dvc') pretendDvcRan(folder, count);
      else runQuietly(commandOf(found), folder);
      // The first command after a run may still have something to remember.
      if (tool !== 'dvc') runQuietly(commandOf(found), folder);
      checkStages(folder, count);
      before = timesOf(folder, count);
    },
    command: () => commandOf(found),
    check: (folder, output) => {
      checkStages(folder, count);
      if (timesOf(folder, count) !== before)
        throw new Error(`${tool} wrote outs again:\n${output.slice(-1000)}`);
    },
  };
}

const COLD_TOOLS: readonly Tool[] = ['ferment', 'dvc', 'snakemake', 'wireit', 'turbo', 'make'];

/** None of `count` stages ever ran. Other numbers than that of the goal show how the time grows. */
export function coldBench(tools: Tools, count: number): Bench {
  return defineBench({
    id: `cold-${count}`,
    part: 'All to do',
    title: `${count} trivial stages, nothing there, two at a time`,
    ...(count === COLD_STAGES ? { goalSeconds: 3 } : {}),
    rounds: count > COLD_STAGES ? 2 : 5,
    contestants: present(tools, count === COLD_STAGES ? COLD_TOOLS : ['ferment', 'make']).map(
      (found): Contestant => {
        const { tool } = found;
        return {
          tool,
          ...SLOW[tool],
          ...(tool === 'dvc' || tool === 'turbo' ? { rounds: 1, capSeconds: 150 } : {}),
          ...(tool === 'dvc' ? { note: 'runs one stage at a time; it has no -j' } : {}),
          setUp: (folder) => writeStages(folder, count, tool, found.modules),
          reset: forgetStages,
          command: () => commandOf(found),
          check: (folder) => checkStages(folder, count),
        };
      },
    ),
  });
}

/** The commands that only look. The other tools have nothing that says the same. */
function look(command: 'status' | 'list' | 'dag' | 'why', count: number): Bench {
  return defineBench({
    id: `${command}-${count}`,
    part: 'Looking at 1,000 stages',
    title: `ferment ${command === 'why' ? 'why STAGE' : command}`,
    rounds: 7,
    contestants: [
      {
        tool: 'ferment',
        setUp: (folder) => {
          writeStages(folder, count, 'ferment');
          runQuietly(ferment(['repro', '-j', String(JOBS)]), folder);
        },
        command: () => ferment(command === 'why' ? ['why', `s${count - 1}`] : [command]),
        check: (_, output) => {
          const isGood =
            command === 'status' ? /up to date|fresh/i.test(output) : output.includes(`s${count - 1}`);
          if (!isGood) throw new Error(`Unexpected output: ${output.slice(0, 1000)}`);
        },
      },
    ],
  });
}

function present(tools: Tools, wanted: readonly Tool[]): readonly FoundTool[] {
  return wanted.flatMap((tool) => tools.get(tool) ?? []);
}

function ferment(args: readonly string[]): Command {
  return { file: process.execPath, args: [FERMENT, ...args] };
}

/** Brings all stages up to date. */
function commandOf({ tool, file }: FoundTool): Command {
  const jobs = String(JOBS);
  switch (tool) {
    case 'ferment':
      return ferment(['repro', '-j', jobs]);
    case 'dvc':
      return { file, args: ['repro', '-q'], env: { DVC_NO_ANALYTICS: '1' } };
    case 'snakemake':
      return { file, args: ['-j', jobs, '-q', 'all', 'all'] };
    case 'wireit':
      return {
        file: 'npm',
        args: ['run', '-s', 'all'],
        env: { WIREIT_PARALLEL: jobs, WIREIT_LOGGER: 'quiet-ci' },
      };
    case 'turbo':
      return {
        file,
        args: ['run', 'all', `--concurrency=${jobs}`, '--output-logs=errors-only'],
        env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
      };
    case 'make':
      return { file, args: ['-s', '-j', jobs] };
    case 'node':
      return { file, args: ['-e', '0'] };
    default:
      throw new Error(`${tool} runs no stages.`);
  }
}
