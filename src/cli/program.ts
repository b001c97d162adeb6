import { Command, InvalidArgumentError, Option } from 'commander';
import type { Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

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
  const program = new Command('ferment')
    .description('Runs the stages of pipeline.yaml, and only those whose inputs changed.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ minWidthToWrap: 24 })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('ferment --help lists what there is.')
    .showSuggestionAfterError();
  addRepro(program, context);
  addStatus(program, context);
  addGraph(program, context);
  addValues(program, context);
  addFiles(program, context);
  return program;
}

function addRepro(program: Command, context: ActionContext): void {
  withProject(program.command('repro'))
    .description('Run what is stale: whole pipeline, or the named stages and what they need.')
    .argument('[target...]', 'stages, groups or outs')
    .option('-f, --force', 'run even what is fresh')
    .option('-s, --single-item', 'only the named stages, not what they need')
    .option('-p, --pipeline', 'the whole pipelines that the named stages belong to')
    .option('--downstream', 'the named stages and everything that depends on them')
    .option('--dry', 'say what would run and why; run nothing')
    .option('-k, --keep-going', 'after a failure go on with what does not depend on it')
    .option('-j, --jobs <n>', 'stages at the same time (default: one per processor)', parseCount)
    .option('--no-run-cache', 'do not restore earlier results')
    .option('--json', "one JSON object a line on stdout; the stages' own output goes to stderr")
    .action(async (targets: string[], options) => {
      await (await import('./commands/repro.ts')).repro(targets, options, context);
    });
}

function addStatus(program: Command, context: ActionContext): void {
  withProject(program.command('status'))
    .description('Say which stages are stale by their own state, and why.')
    .argument('[target...]', 'stages, groups or outs')
    .option('--json', 'print JSON')
    .option('--exit-code', 'exit with 1 when something is stale')
    .action(async (targets: string[], options) => {
      await (await import('./commands/status.ts')).status(targets, options, context);
    });
  withProject(program.command('why'))
    .description('Explain one stage: what changed since it last succeeded, old and new.')
    .argument('<stage>', 'a stage')
    .option('--json', 'print JSON')
    .action(async (stage: string, options) => {
      await (await import('./commands/why.ts')).why(stage, options, context);
    });
  withProject(program.command('logs'))
    .description('Print what a stage wrote when it last ran; on stderr, how it ended and what it recorded.')
    .argument('<stage>', 'a stage')
    .option('--path', 'print where the log is instead')
    .action(async (stage: string, options) => {
      await (await import('./commands/logs.ts')).logs(stage, options, context);
    });
}

function addGraph(program: Command, context: ActionContext): void {
  withProject(program.command('dag'))
    .description('Draw the graph of stages.')
    .argument('[target...]', 'stages, groups or outs')
    .addOption(new Option('--mermaid', 'as Mermaid').conflicts(['dot', 'json']))
    .addOption(new Option('--dot', 'as Graphviz').conflicts(['mermaid', 'json']))
    .addOption(new Option('--json', 'as JSON').conflicts(['mermaid', 'dot']))
    .option('--expand', 'each stage of a group as a box of its own')
    .option('--all-edges', 'also edges that a longer way implies')
    .action(async (targets: string[], options) => {
      await (await import('./commands/dag.ts')).dag(targets, options, context);
    });
  withProject(program.command('list'))
    .description('List the stages with what they are for.')
    .argument('[target...]', 'stages, groups or outs')
    .option('--json', 'print JSON')
    .action(async (targets: string[], options) => {
      await (await import('./commands/list.ts')).list(targets, options, context);
    });
}

function addValues(program: Command, context: ActionContext): void {
  const metrics = program.command('metrics').description('Show and compare metrics.').helpCommand(false);
  withProject(metrics.command('show'))
    .description('Print the metrics of the workspace or of a commit.')
    .argument('[revision]', 'a commit, branch or tag')
    .option('--json', 'print JSON')
    .option('--md', 'print a GitHub table')
    .option('--precision <n>', 'digits after the point', parseCount, 5)
    .action(async (revision: string | undefined, options) => {
      await (await import('./commands/metrics.ts')).showMetrics(revision, options, context);
    });
  withTables(withProject(metrics.command('diff')))
    .description('Compare the metrics of two commits, or of a commit and the workspace.')
    .option('--fail-if <condition...>', "exit with 1 when it holds for a change, such as 'accuracy < -0.01'")
    .action(async (a: string | undefined, b: string | undefined, options) => {
      await (await import('./commands/metrics.ts')).diffMetrics(a, b, options, context);
    });
  const params = program.command('params').description('Compare params.').helpCommand(false);
  withTables(withProject(params.command('diff')))
    .description('Compare the params of two commits, or of a commit and the workspace.')
    .action(async (a: string | undefined, b: string | undefined, options) => {
      await (await import('./commands/params.ts')).diffParams(a, b, options, context);
    });
}

function addFiles(program: Command, context: ActionContext): void {
  withProject(program.command('checkout'))
    .description('Put back the outs that pipeline.lock names, from the store.')
    .argument('[target...]', 'stages, groups or outs')
    .option('-f, --force', 'overwrite outs that were edited by hand')
    .action(async (targets: string[], options) => {
      await (await import('./commands/checkout.ts')).checkout(targets, options, context);
    });
}

function withProject(command: Command): Command {
  return command
    .option('--file <path>', 'another pipeline file')
    .option('--params <file>', 'lay a parameter file over params.yaml (repeatable)', collect)
    .option('-S, --set <key=value>', 'another value for this run (repeatable)', collect);
}

function withTables(command: Command): Command {
  return command
    .argument('[a]', 'a commit, branch or tag (default: HEAD)')
    .argument('[b]', 'another (default: the workspace)')
    .option('--json', 'print JSON')
    .option('--md', 'print a GitHub table')
    .option('--all', 'also what is equal')
    .option('--precision <n>', 'digits after the point', parseCount, 5);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function parseCount(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('Expected a whole number.');
  return n;
}
