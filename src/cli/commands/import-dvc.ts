import { createPainter, escapeControl, prettyJson, printLine, printWarning } from '../../kit/index.ts';
import { type ImportReport, importDvc as importFromDvc } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeImport } from '../render/import-report.ts';
import { ReadProgress } from '../reporters/read-progress.ts';

interface ImportDvcOptions extends ProjectOptions {
  readonly dry?: boolean;
  readonly allCommits?: boolean;
  readonly json?: boolean;
}

/** `ferment import-dvc`: takes over what DVC knows. Exits with 4 when DVC's cache has damaged objects. */
export async function importDvc(
  options: ImportDvcOptions,
  { terminal, setExit }: ActionContext,
): Promise<void> {
  const progress = new ReadProgress(terminal);
  let report: ImportReport;
  try {
    report = await importFromDvc(loadOptions(options, terminal), {
      dry: options.dry === true,
      allCommits: options.allCommits === true,
      warn: (text) => progress.above(() => printWarning(terminal, escapeControl(text))),
      onRead: (bytes, isWholeFile) => progress.add(bytes, isWholeFile),
      env: terminal.env,
    });
  } finally {
    progress.clear();
  }
  if (report.damaged.length > 0) setExit(4);
  if (options.json === true) {
    terminal.stdout.write(prettyJson({ ...report, stages: Object.fromEntries(report.stages) }));
    return;
  }
  printLine(terminal.stdout, describeImport(report, createPainter(terminal.stdout, terminal.env)));
}
