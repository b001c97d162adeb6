import {
  formatBytes,
  formatCount,
  plural,
  prettyJson,
  printLine,
  printWarning,
  type Terminal,
} from '../../kit/index.ts';
import { gc as collect, type GcResult, loadProject } from '../../runner/index.ts';
import { confirm } from '../confirm.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { bytesOf, isEmpty, printPlan } from '../render/gc-plan.ts';

interface GcOptions extends ProjectOptions {
  readonly keepRuns?: number;
  readonly allCommits?: boolean;
  readonly reflog: boolean;
  readonly quarantine?: boolean;
  readonly dry?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `ferment gc`: says what nothing can reach any more, asks, and deletes it. */
export async function gc(options: GcOptions, { terminal }: ActionContext): Promise<void> {
  const { keepRuns, allCommits = false, reflog, quarantine = false, dry = false } = options;
  const project = loadProject(loadOptions(options, terminal));
  // With --json stdout belongs to the one object at the end.
  const said = options.json === true ? terminal.stderr : terminal.stdout;
  const result = await collect(project, {
    ...(keepRuns === undefined ? {} : { keepRuns }),
    allCommits,
    reflog,
    quarantine,
    dry,
    warn: (text) => printWarning(terminal, text),
    confirm: async (plan) => {
      if (options.force === true) {
        if (options.json !== true) printPlan(plan, said, terminal);
        return true;
      }
      printPlan(plan, said, terminal);
      return await confirm('gc', `Delete ${formatBytes(bytesOf(plan))}?`, terminal);
    },
  });
  if (options.json === true) {
    terminal.stdout.write(prettyJson(asJson(result, dry)));
    return;
  }
  if (dry || isEmpty(result.plan)) printPlan(result.plan, said, terminal);
  printEnd(result, dry, terminal);
}

function printEnd(result: GcResult, dry: boolean, terminal: Terminal): void {
  const { stdout } = terminal;
  const { plan, deleted, putBack, confirmed } = result;
  if (isEmpty(plan)) printLine(stdout, 'Nothing to delete.');
  else if (dry) printLine(stdout, `${formatBytes(bytesOf(plan))} would be deleted. Nothing was.`);
  else if (!confirmed) printLine(stdout, 'Nothing was deleted.');
  else {
    const counts = [
      [deleted.objects, 'object'],
      [deleted.results, 'result'],
      [deleted.files, 'other file'],
    ] as const;
    const parts = counts.filter(([n]) => n > 0).map(([n, word]) => plural(n, word));
    printLine(stdout, `Deleted ${parts.join(', ') || 'nothing'}: ${formatBytes(deleted.bytes)}.`);
  }
  if (putBack > 0) printLine(stdout, `${formatCount(putBack)} came to be needed meanwhile and stay.`);
}

function asJson({ plan, deleted, putBack, confirmed }: GcResult, dry: boolean): unknown {
  return {
    dry,
    confirmed,
    deleted,
    putBack,
    plan: {
      objects: plan.objects.map(({ digest, size }) => ({ digest, size })),
      results: plan.results.map(({ path: _, ...result }) => result),
      nameless: plan.nameless,
      files: plan.files,
      kept: plan.kept,
      reach: { ...plan.reach, commits: plan.reach.commits ?? null },
    },
  };
}
