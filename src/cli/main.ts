import { runProcess } from '../kit/index.ts';

runProcess(async (args, terminal) => (await import('./run-cli.ts')).runCli(args, terminal));
