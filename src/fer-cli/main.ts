import { runCommandLine, runProcess } from '../kit/index.ts';
import { createProgram } from './program.ts';

runProcess((args, terminal) => runCommandLine(args, terminal, createProgram));
