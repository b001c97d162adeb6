import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type RunnerProject, runnerProject } from '../support/runner-project.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** How a stage reads an earlier one: its out itself, a part of it, a glob into it, the folder that all outs lie in. */
type Read = 'out' | 'part' | 'glob' | 'above' | 'params';

interface PlannedStage {
  readonly reads: readonly { readonly from: number; readonly how: Read }[];
  readonly source: number;
  readonly flags: readonly string[];
  readonly cached: boolean;
}

type Edit =
  | { readonly kind: 'source' | 'param' | 'out'; readonly which: number; readonly value: number }
  | { readonly kind: 'remove-out' | 'command'; readonly which: number }
  | { readonly kind: 'lock' | 'nothing' };

const SOURCES = 2;

function pipelineOf(stages: readonly PlannedStage[], commands: readonly number[]): string {
  return `stages:\n${stages.map((stage, i) => stageText(stage, i, commands[i] ?? 0)).join('')}`;
}

/** Each writes a folder with two files: \`a\` has everything that it reads, \`b.yaml\` only how much of \`x\` is in there. */
function stageText({ reads, source, flags, cached }: PlannedStage, i: number, command: number): string {
  const deps = reads.flatMap(({ from, how }) => (how === 'params' ? [] : [pathOf(from, how)]));
  const files = [`source${source}`, ...reads.map(({ from }) => `outs${group(from)}/d${from}/a`)];
  const params = reads.flatMap(({ from, how }) =>
    how === 'params' ? [`{outs${group(from)}/d${from}/b.yaml: [x]}`] : [],
  );
  const out = `outs${group(i)}/d${i}`;
  return `
  s${i}:
    cmd: "mkdir -p ${out} && cat ${files.join(' ')} > a.${i}; mv a.${i} ${out}/a; echo x: $(head -c 1 ${out}/a) > ${out}/b.yaml; : ${command}"
    deps: [${[`source${source}`, ...deps].map((path) => JSON.stringify(path)).join(', ')}]
    params: [p${i % 2}${params.map((param) => `, ${param}`).join('')}]
    outs: [${out}: {cache: ${cached}}]
${flags.map((flag) => `    ${flag}\n`).join('')}`;
}

/** Outs of even and odd stages lie in two folders, so that a stage may read the folder that it does not write to. */
function group(i: number): string {
  return i % 2 === 0 ? '0' : '1';
}

function pathOf(from: number, how: Read): string {
  const out = `outs${group(from)}/d${from}`;
  if (how === 'part') return `${out}/b.yaml`;
  if (how === 'glob') return `${out}/*.yaml`;
  return how === 'above' ? `outs${group(from)}` : out;
}

const how = fc.constantFrom<Read>('out', 'part', 'glob', 'above', 'params');

const plan: fc.Arbitrary<readonly PlannedStage[]> = fc
  .array(
    fc.record({
      reads: fc.array(fc.record({ back: fc.integer({ min: 1, max: 3 }), how }), { maxLength: 2 }),
      source: fc.nat(SOURCES - 1),
      flags: fc.constantFrom<readonly string[]>([], [], [], [], ['always_changed: true']),
      cached: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map((stages) =>
    stages.map(({ reads, ...rest }, i) => ({
      ...rest,
      reads: reads
        .map(({ back, how: wanted }) => ({ from: i - back, how: wanted }))
        // The folder with a stage's own out is none that it can read as a whole.
        .filter(({ from, how: wanted }) => from >= 0 && (wanted !== 'above' || group(from) !== group(i)))
        .filter(({ from }, k, all) => all.findIndex((other) => other.from === from) === k),
    })),
  )
  // Reading a whole folder is reading every stage that writes there, later ones, too.
  .map((stages) =>
    stages.map((stage, i) => ({
      ...stage,
      reads: stage.reads.filter(({ how: wanted }) => wanted !== 'above' || i >= stages.length - 1),
    })),
  );

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('source' as const, 'param' as const, 'out' as const),
    which: fc.nat(3),
    value: fc.nat(2),
  }),
  fc.record({ kind: fc.constantFrom('remove-out' as const, 'command' as const), which: fc.nat(3) }),
  fc.record({ kind: fc.constantFrom('lock' as const, 'nothing' as const) }),
);

function apply(p: RunnerProject, stages: readonly PlannedStage[], commands: number[], one: Edit): void {
  const out = 'which' in one ? `outs${group(one.which)}/d${one.which}` : '';
  if (one.kind === 'source') p.write(`source${one.which % SOURCES}`, `${one.value}\n`);
  if (one.kind === 'param') p.write('params.yaml', `p0: ${one.value}\np1: ${one.which}\n`);
  if (one.kind === 'out' && p.has(out)) p.write(`${out}/a`, `edited ${one.value}\n`);
  if (one.kind === 'remove-out' && p.has(out)) p.remove(out);
  if (one.kind === 'lock' && p.has('pipeline.lock')) p.remove('pipeline.lock');
  if (one.kind === 'command') {
    commands[one.which] = (commands[one.which] ?? 0) === 0 ? 1 : 0;
    p.write('pipeline.yaml', pipelineOf(stages, commands));
  }
}

/** Where a dry run said something else than what then happened, other than what it cannot know. */
function differences(
  stages: readonly PlannedStage[],
  dry: Readonly<Record<string, string>>,
  real: Readonly<Record<string, string>>,
): string[] {
  return stages.flatMap(({ reads }, i) => {
    const [said, did] = [dry[`s${i}`], real[`s${i}`]];
    const isBehind = reads.some(
      ({ from, how: read }) =>
        read === 'above' ||
        dry[`s${from}`] === 'ran' ||
        (read === 'params' && dry[`s${from}`] === 'restored'),
    );
    // What runs upstream may give the same again, or something that was there once.
    const isUnknowable = said === 'ran' && isBehind && (did === 'unchanged' || did === 'restored');
    return said === did || isUnknowable ? [] : [`s${i}: said ${said}, did ${did}`];
  });
}

it('a dry run is the plan itself: whatever the pipeline and the edits, repro then does just that', async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.array(edit, { minLength: 2, maxLength: 5 }), async (stages, edits) => {
      const commands: number[] = [];
      const p = runnerProject(
        {
          'params.yaml': 'p0: 0\np1: 0\n',
          source0: '0\n',
          source1: '0\n',
          'pipeline.yaml': pipelineOf(stages, commands),
        },
        temporaryFolder(),
      );
      for (const one of [{ kind: 'nothing' } as const, ...edits]) {
        apply(p, stages, commands, one);
        const dry = await p.repro({ dry: true, keepGoing: true });
        const real = await p.repro({ keepGoing: true });
        expect(real.warnings).toEqual([]);
        expect(differences(stages, dry.outcomes, real.outcomes), JSON.stringify(one)).toEqual([]);
      }
    }),
    { numRuns: Number(process.env['FERMENT_DRY_RUNS'] ?? 5) },
  );
}, 120_000);

it('behind what would be restored, a dry run sees folders, their parts and globs as they would be', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  make: {cmd: "mkdir -p outs/d/deep && cp in outs/d/deep/x.md && touch outs/d/$(cat in).md", deps: [in], outs: [outs/d]}
  part: {cmd: cp outs/d/deep/x.md part, deps: [outs/d/deep], outs: [part]}
  file: {cmd: cp outs/d/deep/x.md file, deps: [outs/d/deep/x.md], outs: [file]}
  glob: {cmd: "ls outs/d > glob", deps: ["outs/d/*.md"], outs: [glob]}
  above: {cmd: "ls -R outs > above", deps: [outs], outs: [above]}
`,
    in: '1',
  });
  const names = ['make', 'part', 'file', 'glob', 'above'];
  const all = (outcome: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, outcome]));
  await p.repro();
  p.write('in', '2');
  expect((await p.repro()).outcomes).toEqual(all('ran'));
  p.write('in', '1');
  expect((await p.repro({ dry: true })).outcomes).toEqual(all('restored'));
  expect((await p.repro()).outcomes).toEqual(all('restored'));
  for (const name of ['outs', 'part', 'file', 'glob', 'above']) p.remove(name);
  expect((await p.repro({ dry: true })).outcomes).toEqual(all('restored'));
  expect((await p.repro()).outcomes).toEqual(all('restored'));
  expect((await p.repro({ dry: true })).outcomes).toEqual(all('unchanged'));
});

it('a dry run tells of a named glob only what its files will be', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: mkdir -p out && cp in out/a, deps: [in], outs: [out/a]}
  b: {cmd: mkdir -p out && touch out/b, outs: [out/b]}
  c: {cmd: cat $FERMENT_DEP_D > c, deps: {d: "out/*"}, outs: [c]}
`,
    in: '1',
  });
  await p.repro();
  p.write('in', '2');
  const { events } = await p.repro({ dry: true });
  const reasons = events.flatMap((event) =>
    event.type === 'stage-decided' && event.stage === 'c' ? event.reasons : [],
  );
  expect(reasons).toEqual([{ kind: 'dep', name: 'out/a', change: 'modified' }]);
});
