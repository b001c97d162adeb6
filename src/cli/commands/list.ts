import {
  cutEnd,
  escapeControl,
  prettyJson,
  printLine,
  renderTable,
  someOf,
  type Terminal,
} from '../../kit/index.ts';
import { graphOf, loadProject, type NamedPath, type Stage, selectTargets } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import { isTooWide } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

/** `ferment list`: the stages in the order in which they run, with what they are for. */
export function list(
  targets: readonly string[],
  options: ProjectOptions & { readonly json?: boolean },
  { terminal }: ActionContext,
): void {
  const graph = graphOf(loadProject(loadOptions(options, terminal)));
  const stages = selectTargets(graph, targets, { singleItem: targets.length > 0 }).flatMap(
    (name) => graph.stages.get(name) ?? [],
  );
  if (options.json === true) {
    const rows = stages.map((stage) => ({
      name: stage.name,
      desc: stage.desc ?? null,
      deps: stage.deps.map((dep) => dep.path),
      outs: stage.outs.map((out) => out.path),
    }));
    terminal.stdout.write(prettyJson(rows));
    return;
  }
  if (stages.length > 0) printLine(terminal.stdout, describe(stages, terminal));
}

/** A table, or, where that would not fit on the terminal, two lines for each stage. */
function describe(stages: readonly Stage[], terminal: Terminal): string {
  const rows = stages.map((stage) => [escapeControl(stage.name), escapeControl(descriptionOf(stage))]);
  const table = renderTable(rows);
  if (!isTooWide(table, terminal)) return table;
  return rows.flatMap(([name = '', desc = '']) => (desc === '' ? [name] : [name, `  ${desc}`])).join('\n');
}

/** What a person wrote, else what it makes, else what it runs and reads. */
function descriptionOf(stage: Stage): string {
  if (stage.desc !== undefined) return stage.desc;
  if (stage.outs.length > 0) return `makes ${pathsOf(stage.outs)}`;
  const { command } = stage;
  const code = command.kind === 'module' ? command.module : firstLine(command.lines);
  return stage.deps.length === 0 ? `runs ${code}` : `runs ${code}, reads ${pathsOf(stage.deps)}`;
}

const LONGEST_COMMAND = 60;

function firstLine(commands: readonly string[]): string {
  const lines = commands.flatMap((command) => command.trim().split('\n'));
  const first = lines.find((line) => !/^(set [-+]|#)/.test(line)) ?? lines[0] ?? '';
  return cutEnd(lines.length > 1 ? `${first} …` : first, LONGEST_COMMAND);
}

const MOST_PATHS = 4;

function pathsOf(all: readonly NamedPath[]): string {
  // "and 1 more" would be no shorter than the path.
  const most = all.length === MOST_PATHS + 1 ? all.length : MOST_PATHS;
  return someOf(
    all.map(({ path }) => path),
    most,
  );
}
