import { compareBytes } from '../../kit/index.ts';
import type { Content, LockEntry, StageName } from '../model.ts';
import { renderFlow, renderKey } from './flow.ts';

/** Every stage's last success, by stage. */
type LockEntries = ReadonlyMap<StageName, LockEntry>;

const HEAD = `# Written by Ferment: what went into each stage the last time it succeeded, and what came out. Keep it in git.
schema: ferment/1
stages:
`;

/**
 * The lock as text. One block per stage, sorted by name, a blank line between; every input and out on a line of its
 * own. A stage's block depends on nothing but that stage, so that git merges changes of different stages.
 */
export function renderLock(entries: LockEntries): string {
  const names = [...entries.keys()].sort(compareBytes);
  const blocks = names.flatMap((name) => {
    const entry = entries.get(name);
    return entry === undefined ? [] : [blockOf(name, entry)];
  });
  return blocks.length === 0 ? `${HEAD.trimEnd()} {}\n` : HEAD + blocks.join('\n');
}

/** Entries do not change: a lock is written many times in a run, and each of its blocks made once. */
const blocksMade = new WeakMap<LockEntry, { readonly name: StageName; readonly text: string }>();

function blockOf(name: StageName, entry: LockEntry): string {
  const made = blocksMade.get(entry);
  if (made?.name === name) return made.text;
  const text = renderBlock(name, entry);
  blocksMade.set(entry, { name, text });
  return text;
}

function renderBlock(name: StageName, { fingerprint, inputs, outs }: LockEntry): string {
  const lines = [`  ${renderKey(name)}:`, `    fingerprint: "${fingerprint}"`];
  const { code } = inputs;
  if ('cmd' in code)
    list(
      lines,
      'cmd',
      code.cmd.map((line) => renderFlow(line, false)),
    );
  else
    lines.push(
      `    code: ${renderFlow({ module: code.module, bundle: code.bundle, packages: code.packages }, false)}`,
    );
  if (inputs.wdir !== '.') lines.push(`    wdir: ${renderFlow(inputs.wdir, false)}`);
  list(lines, 'deps', contents(inputs.deps));
  params(lines, inputs.params);
  keyed(lines, 'env', inputs.env, '    ');
  if (inputs.graph !== undefined) lines.push(`    graph: "${inputs.graph}"`);
  list(
    lines,
    'writes',
    [...new Set(inputs.outs)].sort(compareBytes).map((out) => renderFlow(out, false)),
  );
  if (inputs.names !== undefined) keyed(lines, 'names', inputs.names, '    ');
  list(lines, 'outs', contents(outs));
  return `${lines.join('\n')}\n`;
}

function contents(all: readonly Content[]): string[] {
  return [...all]
    .sort((a, b) => compareBytes(a.path, b.path))
    .map(({ path, kind, digest, size, files, executable }) =>
      renderFlow(
        { path, kind, digest, size, files, executable: executable === true ? true : undefined },
        false,
      ),
    );
}

function list(lines: string[], key: string, items: readonly string[]): void {
  if (items.length === 0) return;
  lines.push(`    ${key}:`, ...items.map((item) => `    - ${item}`));
}

function params(lines: string[], files: LockEntry['inputs']['params']): void {
  const names = Object.keys(files).sort(compareBytes);
  if (names.length === 0) return;
  lines.push('    params:');
  for (const name of names) keyed(lines, name, files[name] ?? {}, '      ');
}

function keyed(
  lines: string[],
  key: string,
  values: Readonly<Record<string, unknown>>,
  indent: string,
): void {
  const entries = Object.entries(values).sort(([a], [b]) => compareBytes(a, b));
  if (entries.length === 0) {
    if (key !== 'env') lines.push(`${indent}${renderKey(key)}: {}`);
    return;
  }
  lines.push(`${indent}${renderKey(key)}:`);
  for (const [name, value] of entries)
    lines.push(`${indent}  ${renderKey(name)}: ${renderFlow(value, true)}`);
}
