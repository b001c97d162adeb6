import { spawn } from 'node:child_process';
import { type Architecture, describeEngine, type Measurement } from '../../fer/index.ts';
import { FermentError, formatBytes, printLine, renderTable } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';
import type { MeasuringOptions } from './measure.ts';

interface BenchOptions extends MeasuringOptions {
  readonly models: readonly Architecture[];
  readonly json?: boolean;
}

/** `fer bench`: measures one model after the other, each in a process of its own. */
export async function bench(options: BenchOptions, { terminal, setExit }: ActionContext): Promise<void> {
  const measured: (readonly [Architecture, Measurement])[] = [];
  for (const model of options.models) {
    if (terminal.stderr.isTTY === true) printLine(terminal.stderr, `Measuring ${model} …`);
    const result = await measureInChild(model, options);
    // The child has said what is wrong.
    if (typeof result === 'number') return setExit(result);
    measured.push([model, result]);
  }
  const [, first] = measured[0] ?? [];
  if (first === undefined) return;
  const { batch, seconds } = options;
  const conditions = `${describeEngine(first.engine)}; batches of ${batch}, ${seconds} s each`;
  if (options.json === true) {
    printLine(terminal.stderr, conditions);
    const figures = measured.map(([model, { engine: _, ...rest }]) => [model, rest] as const);
    printLine(terminal.stdout, JSON.stringify(Object.fromEntries(figures)));
    return;
  }
  printLine(terminal.stdout, conditions);
  const rows = measured.map(([model, result]) => [
    model,
    `${result.trainImagesPerSecond.toFixed(0)} img/s`,
    `${result.predictImagesPerSecond.toFixed(0)} img/s`,
    formatBytes(result.peakMemoryBytes),
  ]);
  const header = ['model', 'training', 'prediction', 'peak memory'];
  printLine(
    terminal.stdout,
    renderTable([header, ...rows], { right: [1, 2, 3], columns: terminal.stdout.columns }),
  );
}

/** What the child measured, or its exit code when it failed. Throws OUT_OF_MEMORY when it was killed. */
async function measureInChild(model: Architecture, options: MeasuringOptions): Promise<Measurement | number> {
  const { batch, seconds, device, threads, precision } = options;
  const args = ['--batch', batch, '--seconds', seconds, '--device', device, '--precision', precision];
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      process.argv[1] ?? '',
      '__measure',
      model,
      ...args.map(String),
      ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code, signal] = await new Promise<readonly [number | null, NodeJS.Signals | null]>((done, fail) => {
    child.on('error', fail);
    child.on('close', (...ended) => done(ended));
  });
  if (code === 0) return JSON.parse(text) as Measurement;
  if (code !== null) return code;
  throw new FermentError(
    'OUT_OF_MEMORY',
    `Measuring ${model} was ended by ${signal}, as a system without memory does.`,
    {
      hint: `Try a smaller batch: fer bench --models ${model} --batch ${Math.max(1, batch >> 1)}`,
    },
  );
}
