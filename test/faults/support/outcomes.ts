import { type Ended, ferment } from './command.ts';

/** Stage to outcome, from the last line of `repro --json`. Throws with all output where there is none. */
export function outcomesIn({ stdout, shown }: Ended): Readonly<Record<string, string>> {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{"event":"summary"')) throw new Error(`No summary.\n${shown}`);
  return (JSON.parse(last) as { readonly stages: Readonly<Record<string, string>> }).stages;
}

/** The stages whose outcome in a repro is another one than those given. */
export async function notFresh(
  root: string,
  good: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const stages = outcomesIn(await ferment(root, ['repro', '-j3', '--json']));
  return Object.fromEntries(Object.entries(stages).filter(([, outcome]) => !good.includes(outcome)));
}

/** Brings the project into order. Throws with all output when that fails. */
export async function repro(root: string): Promise<void> {
  const { exit, shown } = await ferment(root, ['repro', '-j3']);
  if (exit !== 0) throw new Error(shown);
}

/** What is wrong with the way in which a command ended: a bug's trace or an exit code that is not in the table. */
export function complaintAbout({ exit, signal, shown }: Ended): string | undefined {
  if (signal !== null) return `ended by ${signal}\n${shown}`;
  if (exit === null || ![0, 1, 2, 3, 4].includes(exit)) return `exit ${exit}\n${shown}`;
  if (/internal error|^\s+at .*:\d+:\d+\)?$/m.test(shown)) return `a stack trace\n${shown}`;
  return undefined;
}
