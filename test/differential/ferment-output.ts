import type { CommandResult } from '../support/project.ts';
import { outcomes } from '../support/project.ts';
import { type ParamRef, type StageSpec, stageNamed, type World } from './world.ts';

/** Stage to outcome of `ferment repro --json`; `{}` when it refused to begin. */
export function outcomesOfFerment(result: CommandResult): Record<string, string> {
  return result.stdout.trim() === '' ? {} : outcomes(result);
}

interface Change {
  readonly kind: string;
  readonly name: string;
  readonly change: string;
  readonly declared?: false;
  readonly old?: unknown;
  readonly new?: unknown;
}

/** `ferment status --json` in the lines of `statusOfDvc`, and `undeclared …` for what only Ferment looks at. */
export function statusOfFerment(stdout: string, world: World): Readonly<Record<string, readonly string[]>> {
  const json = JSON.parse(stdout) as Record<string, readonly Change[]>;
  return Object.fromEntries(
    Object.entries(json).map(([name, changes]) => {
      const stage = stageNamed(world, name);
      const lines = changes.map((change) => lineOf(change, stage));
      return [name, [...new Set(lines)].sort()];
    }),
  );
}

function lineOf(entry: Change, stage: StageSpec | undefined): string {
  const { kind, name, change, declared } = entry;
  if (kind === 'param' && change === 'modified' && asPython(entry.old) === asPython(entry.new))
    return `equal in Python: ${name}`;
  if (declared === false) return `undeclared ${kind} ${name}`;
  if (kind === 'param') return paramLine(name, change, stage?.params ?? []);
  if (kind === 'cmd') return name === 'wdir' ? 'wdir' : 'cmd';
  return kind === 'always' || kind === 'never-run' ? kind : `${kind} ${name} ${change}`;
}

/** Equal for what `==` of Python calls equal: `True` is 1. */
function asPython(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'boolean' ? Number(one) : one));
}

/** DVC tells of the declared key, Ferment of the leaf below it. */
function paramLine(name: string, change: string, declared: readonly ParamRef[]): string {
  for (const { file, key } of declared) {
    if (!name.startsWith(`${file}:`)) continue;
    const leaf = name.slice(file.length + 1);
    // Of a whole file DVC tells the keys at its top.
    if (key === undefined)
      return `param ${file}:${leaf.split('.')[0]} ${leaf.includes('.') ? 'modified' : change}`;
    if (leaf === key) return `param ${name} ${change}`;
    if (leaf.startsWith(`${key}.`)) return `param ${file}:${key} modified`;
  }
  return `undeclared param ${name}`;
}
