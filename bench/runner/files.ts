import { type Bench, type Command, type Contestant, defineBench, type Tool } from './bench.ts';
import {
  changeOneFile,
  checkFolder,
  dropMemory,
  giveBack,
  lockTimeOf,
  removeData,
  writeLargeFile,
  writeManyFiles,
  writePipeline,
} from './file-work.ts';
import { runQuietly } from './process.ts';
import { FERMENT, type FoundTool } from './tools.ts';

/** FER2013's number of images. */
const IMAGES = 35_887;
const GIBIBYTE = 2 ** 30;

type Tools = ReadonlyMap<Tool, FoundTool>;

/** Benches of folders with many small files, and of a large file. */
export function fileBenches(tools: Tools): readonly Bench[] {
  return [
    firstStore(tools, IMAGES, 2.3),
    unchanged(tools, IMAGES, 0.35),
    oneChanged(tools, IMAGES, 0.5),
    putBack(tools, IMAGES),
    largeFile(tools),
    ...[100_000, 360_000].flatMap((count) => [firstStore(tools, count), unchanged(tools, count)]),
  ];
}

/** The command of a stage made `count` files: they are hashed and stored. */
export function firstStore(tools: Tools, count: number, goalSeconds?: number): Bench {
  return fileBench(tools, {
    id: `files-first-${count}`,
    title: `${filesOf(count)}, first hashed and stored`,
    count,
    goalSeconds,
    contestant: (found) => ({
      setUp: (folder) => {
        writePipeline(folder, found.tool, 'ingest');
        writeManyFiles(folder, 'incoming', count);
      },
      reset: (folder) => {
        giveBack(folder);
        dropMemory(folder);
      },
      command: () => repro(found),
      check: (folder) => checkFolder(folder, count),
    }),
  });
}

/** Nothing to do. */
export function unchanged(tools: Tools, count: number, goalSeconds?: number): Bench {
  return fileBench(tools, {
    id: `files-same-${count}`,
    title: `${filesOf(count)}, nothing changed`,
    count,
    goalSeconds,
    contestant: (found) => {
      let before = 0n;
      return {
        setUp: (folder) => {
          setUpDone(folder, found, 'ingest', count);
          before = lockTimeOf(folder, found.tool);
        },
        command: () => repro(found),
        check: (folder) => {
          if (lockTimeOf(folder, found.tool) !== before) throw new Error(`${found.tool} did something.`);
        },
      };
    },
  });
}

/** One file of a stage's dep has another content: the stage, which looks at one of its folders, runs again. */
export function oneChanged(tools: Tools, count: number, goalSeconds?: number): Bench {
  return fileBench(tools, {
    id: `files-one-${count}`,
    title: `${filesOf(count)}, one changed, and a stage that depends on them`,
    count,
    goalSeconds,
    contestant: (found) => {
      let before = 0n;
      return {
        setUp: (folder) => setUpDone(folder, found, 'count', count),
        reset: (folder) => {
          changeOneFile(folder);
          before = lockTimeOf(folder, found.tool);
        },
        command: () => repro(found),
        check: (folder) => {
          if (lockTimeOf(folder, found.tool) === before) throw new Error(`${found.tool} did nothing.`);
        },
      };
    },
  });
}

/** The folder is gone, and comes back from the store. */
export function putBack(tools: Tools, count: number): Bench {
  return fileBench(tools, {
    id: `files-checkout-${count}`,
    title: `${filesOf(count)}, put back from the store`,
    count,
    contestant: (found) => ({
      setUp: (folder) => setUpDone(folder, found, 'ingest', count),
      reset: removeData,
      command: () => commandOf(found, ['checkout']),
      check: (folder) => checkFolder(folder, count),
    }),
  });
}

function largeFile(tools: Tools): Bench {
  return fileBench(tools, {
    id: 'files-large',
    title: 'A file of 1 GiB, first hashed and stored',
    count: 1,
    goalSeconds: 2,
    contestant: (found) => ({
      setUp: (folder) => {
        writePipeline(folder, found.tool, 'ingest');
        writeLargeFile(folder, 'incoming', GIBIBYTE);
      },
      reset: (folder) => {
        giveBack(folder);
        dropMemory(folder);
      },
      command: () => repro(found),
      check: (folder) => checkFolder(folder, undefined),
    }),
  });
}

function fileBench(
  tools: Tools,
  {
    count,
    goalSeconds,
    contestant,
    ...named
  }: {
    readonly id: string;
    readonly title: string;
    readonly count: number;
    readonly goalSeconds?: number | undefined;
    readonly contestant: (found: FoundTool) => Omit<Contestant, 'tool'>;
  },
): Bench {
  const wanted: readonly Tool[] = ['ferment', 'dvc'];
  return defineBench({
    ...named,
    ...(goalSeconds === undefined ? {} : { goalSeconds }),
    part: 'Many files, large files',
    rounds: count > IMAGES ? 3 : 5,
    contestants: wanted
      .flatMap((tool) => tools.get(tool) ?? [])
      .map((found) => ({
        tool: found.tool,
        ...(found.tool === 'dvc' && count > IMAGES ? { rounds: 1, capSeconds: 300 } : {}),
        ...contestant(found),
      })),
  });
}

function setUpDone(folder: string, found: FoundTool, stage: 'ingest' | 'count', count: number): void {
  writePipeline(folder, found.tool, stage);
  writeManyFiles(folder, stage === 'ingest' ? 'incoming' : 'data', count);
  runQuietly(repro(found), folder);
  // The first command after a run may still have something to remember.
  runQuietly(repro(found), folder);
}

function repro(found: FoundTool): Command {
  return commandOf(found, ['repro']);
}

function commandOf({ tool, file }: FoundTool, args: readonly string[]): Command {
  if (tool === 'ferment') return { file: process.execPath, args: [FERMENT, ...args] };
  return { file, args: [...args, '-q'], env: { DVC_NO_ANALYTICS: '1' } };
}

function filesOf(count: number): string {
  return `${count.toLocaleString('en')} files of 1.5 KB`;
}
