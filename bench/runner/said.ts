import type { Command, Contestant, Measured, Tool } from './bench.ts';

/** What a program that measures itself said: the last line of its output, JSON. */
export function measuredIn(output: string): Measured {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured;
}

/** A contestant that measures a part of its own work: without start and warming up. */
export function measuringItself(tool: Tool, command: Command): Contestant {
  return {
    tool,
    setUp: () => {},
    command: () => command,
    check: (_, output) => {
      if (!(measuredIn(output).wallSeconds > 0)) throw new Error(`${tool} said ${output}`);
    },
    measured: measuredIn,
  };
}

/** Starts a TypeScript program of this repository. */
export function tsxCommand(file: string, ...args: readonly string[]): Command {
  return { file: process.execPath, args: ['--import', import.meta.resolve('tsx'), file, ...args] };
}
