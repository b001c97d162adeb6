import { Command } from 'commander';
import { configureProgram, type Terminal } from '../kit/index.ts';
import { declareBench } from './declare/bench.ts';
import { declareImport } from './declare/import.ts';
import { declareModels } from './declare/models.ts';
import { declareSetup } from './declare/setup.ts';

/** What an action gets beside its own arguments: where to print, and how to say its exit code. */
export interface ActionContext {
  readonly terminal: Terminal;
  readonly setExit: (code: number) => void;
}

/** The study's own command line. Each command's code, and TensorFlow, are loaded when they are asked for. */
export function createProgram(terminal: Terminal, setExit: (code: number) => void): Command {
  const context: ActionContext = { terminal, setExit };
  const program = configureProgram(new Command('fer'), terminal).description(
    "The study's own tools: models in use, models from elsewhere, and how fast this machine is.",
  );
  declareModels(program, context);
  declareImport(program, context);
  declareBench(program, context);
  declareSetup(program, context);
  return program;
}
