import {
  createPainter,
  escapeControl,
  formatBytes,
  formatCount,
  plural,
  prettyJson,
  printLine,
  printWarning,
  type Style,
  type Terminal,
} from '../../kit/index.ts';
import {
  fsck as checkStore,
  type Finding,
  type FsckProgress,
  type FsckResult,
  loadProject,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

interface FsckOptions extends ProjectOptions {
  readonly quick?: boolean;
  readonly dry?: boolean;
  readonly json?: boolean;
}

/** `ferment fsck`: checks everything in `.ferment`. Exits with 4 when something is damaged, or missing and needed. */
export async function fsck(options: FsckOptions, { terminal, setExit }: ActionContext): Promise<void> {
  const { quick = false, dry = false } = options;
  const project = loadProject(loadOptions(options, terminal));
  const progress = createProgress(terminal);
  const result = await checkStore(project, {
    quick,
    dry,
    onProgress: progress.show,
    warn: (text) => {
      progress.clear();
      printWarning(terminal, text);
    },
  }).finally(progress.clear);
  if (!result.ok) setExit(4);
  if (options.json === true) terminal.stdout.write(prettyJson(result));
  else printResult(result, quick, terminal);
}

/** One line on a terminal that is written over, ten times a second; nothing elsewhere. */
function createProgress({ stderr, env }: Terminal): { show(progress: FsckProgress): void; clear(): void } {
  if (stderr.isTTY !== true || env['TERM'] === 'dumb') return { show: () => {}, clear: () => {} };
  let shown = 0;
  return {
    show: ({ objects, ofObjects, bytes }) => {
      if (Date.now() - shown < 100) return;
      shown = Date.now();
      const text = `Checking ${formatCount(objects)} of ${plural(ofObjects, 'object')}, ${formatBytes(bytes)}`;
      stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    clear: () => {
      if (shown > 0) stderr.write('\r\u001b[K');
      shown = 0;
    },
  };
}

const MARKS = {
  bad: ['red', 'bad'],
  mended: ['green', 'mended'],
  note: ['dim', 'note'],
} as const satisfies Record<Finding['severity'], readonly [Style, string]>;

/** Notes of one kind beyond these are counted, not listed. */
const MOST_NOTES = 5;

function printResult({ findings, checked, ok }: FsckResult, quick: boolean, terminal: Terminal): void {
  const { stdout, env } = terminal;
  const paint = createPainter(stdout, env);
  for (const { shown, more } of grouped(findings)) {
    for (const { severity, text, todo } of shown) {
      const [style, word] = MARKS[severity];
      printLine(stdout, `${paint(style, word.padEnd(6))}  ${escapeControl(text)}`);
      if (todo !== undefined) printLine(stdout, `        ${escapeControl(todo)}`);
    }
    if (more > 0) printLine(stdout, `        and ${formatCount(more)} more like this (all of them: --json)`);
  }
  if (findings.length > 0) printLine(stdout, '');
  const read = quick ? 'sizes only' : formatBytes(checked.bytes);
  const parts = [
    `${plural(checked.objects, 'object')} (${read})`,
    plural(checked.results, 'result'),
    `${plural(checked.lockedStages, 'stage')} in the lock`,
  ];
  printLine(stdout, `Checked ${parts.join(', ')}: ${verdict(findings, ok)}`);
}

function verdict(findings: readonly Finding[], ok: boolean): string {
  const count = (severity: Finding['severity']): number =>
    findings.filter((each) => each.severity === severity).length;
  if (findings.length === 0) return 'all is well.';
  if (ok) return count('mended') > 0 ? `${count('mended')} mended, all is well now.` : 'all is well.';
  return `${plural(count('bad'), 'problem')}${count('mended') > 0 ? `, ${count('mended')} mended` : ''}.`;
}

function grouped(
  findings: readonly Finding[],
): readonly { readonly shown: readonly Finding[]; readonly more: number }[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map((group) => {
    const most = group[0]?.severity === 'note' ? MOST_NOTES : group.length;
    return { shown: group.slice(0, most), more: Math.max(0, group.length - most) };
  });
}
