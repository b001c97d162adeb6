import { Command } from 'commander';
import { configureProgram, type Terminal } from '../kit/index.ts';
import { declareDvc } from './declare/dvc.ts';
import { declareFiles } from './declare/files.ts';
import { declareGraph } from './declare/graph.ts';
import { declareRun } from './declare/run.ts';
import { declareShell } from './declare/shell.ts';
import { declareStatus } from './declare/status.ts';
import { declareValues } from './declare/values.ts';

/** What every command that reads the project takes. */
export interface ProjectOptions {
  readonly file?: string;
  readonly params?: readonly string[];
  readonly set?: readonly string[];
}

/** What an action gets beside its own arguments: where to print, and how to say its exit code. */
export interface ActionContext {
  readonly terminal: Terminal;
  readonly setExit: (code: number) => void;
}

/** The whole command line. Each command's code is loaded when it is asked for, so that `--version` stays quick. */
export function createProgram(terminal: Terminal, setExit: (code: number) => void): Command {
  const context: ActionContext = { terminal, setExit };
  const program = configureProgram(new Command('ferment'), terminal).description(
    'Runs the stages of pipeline.yaml, and only those whose inputs changed.',
  );
  declareRun(program, context);
  declareStatus(program, context);
  declareGraph(program, context);
  declareValues(program, context);
  declareFiles(program, context);
  declareDvc(program, context);
  declareShell(program, context);
  return program;
}
