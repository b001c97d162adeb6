import { type Bench, type Contestant, defineBench, type Tool } from './bench.ts';
import { FERMENT, type FoundTool } from './tools.ts';

/** How long it takes to say the version; `node -e 0` is the least that a program in Node can take. */
export function startBenches(tools: ReadonlyMap<Tool, FoundTool>): readonly Bench[] {
  const wanted: readonly Tool[] = ['ferment', 'node', 'dvc', 'snakemake', 'wireit', 'turbo', 'make'];
  return [
    defineBench({
      id: 'version',
      part: 'Starting',
      title: '--version',
      goalSeconds: 0.08,
      rounds: 15,
      contestants: wanted.flatMap((tool) => {
        const found = tools.get(tool);
        return found === undefined || tool === 'wireit' ? [] : [contestant(found)];
      }),
      cannot: { wireit: 'it has no --version' },
    }),
  ];
}

function contestant({ tool, file, version }: FoundTool): Contestant {
  const isSlow = tool === 'dvc' || tool === 'snakemake';
  return {
    tool,
    ...(isSlow ? { rounds: 5 } : {}),
    setUp: () => {},
    command: () => {
      if (tool === 'ferment') return { file: process.execPath, args: [FERMENT, '--version'] };
      return { file, args: tool === 'node' ? ['-e', '0'] : ['--version'] };
    },
    check: (_, output) => {
      if (tool !== 'node' && !output.includes(version)) throw new Error(`${tool} said ${output}`);
    },
  };
}
