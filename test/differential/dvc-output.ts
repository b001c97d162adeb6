/** What DVC says, in Ferment's words. */

/** `sub/dvc.yaml:train` is `sub:train`. */
function stageName(address: string): string {
  return address.replace(/^dvc\.yaml:/, '').replace(/\/dvc\.yaml:/, ':');
}

const SAID: readonly (readonly [RegExp, string])[] = [
  [/^Running stage '(.+)':$/, 'ran'],
  [/^Stage '(.+)' is cached - skipping run, checking out outputs$/, 'restored'],
  [/^Stage '(.+)' didn't change, skipping$/, 'unchanged'],
  [/^Verifying outputs in frozen stage: '(.+)'$/, 'frozen'],
];

/** Stage to outcome, from what `dvc repro` wrote. Stages that it does not mention are left out. */
export function outcomesOfDvc({
  stdout,
  stderr,
}: {
  readonly stdout: string;
  readonly stderr: string;
}): Record<string, string> {
  const outcomes: Record<string, string> = {};
  for (const line of stdout.split('\n'))
    for (const [pattern, outcome] of SAID) {
      const name = pattern.exec(line)?.[1];
      if (name !== undefined) outcomes[stageName(name)] = outcome;
    }
  for (const line of `${stdout}\n${stderr}`.split('\n'))
    for (const [name, outcome] of unhappy(line)) outcomes[name] = outcome;
  return outcomes;
}

function unhappy(line: string): readonly (readonly [string, string])[] {
  const [, failed] = /failed to reproduce(?: stages:)? ((?:'[^']+'(?:, | and )?)+)/.exec(line) ?? [];
  if (failed !== undefined) return quoted(failed).map((name) => [name, 'failed']);
  if (!/will be skipped due to this failure$/.test(line)) return [];
  return quoted(line).map((name) => [name, 'blocked']);
}

function quoted(line: string): readonly string[] {
  return [...line.matchAll(/'([^']+)'/g)].map(([, name = '']) => stageName(name));
}

type DvcStatus = Record<
  string,
  readonly (string | Record<string, Record<string, string | Record<string, string>>>)[]
>;

/** `dvc status --json`: stage to lines such as `dep data/a.txt modified`, `param params.yaml:alpha new`, `cmd`. */
export function statusOfDvc(stdout: string): Readonly<Record<string, readonly string[]>> {
  const json = JSON.parse(stdout) as DvcStatus;
  return Object.fromEntries(
    Object.entries(json).map(([name, entries]) => [stageName(name), entries.flatMap(linesOf).sort()]),
  );
}

function linesOf(entry: DvcStatus[string][number]): readonly string[] {
  if (entry === 'changed command') return ['cmd'];
  if (entry === 'always changed') return ['always'];
  if (typeof entry === 'string') return [entry];
  return Object.entries(entry).flatMap(([group, items]) =>
    Object.entries(items).flatMap(([path, change]) => {
      const kind = group === 'changed outs' ? 'out' : 'dep';
      if (typeof change === 'string') return [`${kind} ${path} ${change}`];
      return Object.entries(change).map(([key, how]) => `param ${path}:${key} ${how}`);
    }),
  );
}
