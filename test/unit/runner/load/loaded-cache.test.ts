import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFermentError } from '../../../../src/kit/index.ts';
import { type LoadOptions, loadProject } from '../../../../src/runner/index.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

type Options = Omit<LoadOptions, 'cwd'>;

/** Everything that a project says, or how loading it fails. */
function outcome(cwd: string, options: Options): unknown {
  try {
    const { params, ...rest } = loadProject({ cwd, ...options });
    const values = rest.stages.flatMap((stage) => stage.params.map(({ file }) => params.read(file)?.data));
    const files = [...params.files].map(([file, { data, layers }]) => ({
      file,
      data,
      layers: layers.map(({ at, source }) => ({ at, name: source.name, text: source.text })),
    }));
    return { ...rest, values, files };
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

function uncached(cwd: string, options: Options): unknown {
  const kept = join(cwd, '.ferment/loaded.json');
  const bytes = existsSync(kept) ? readFileSync(kept) : undefined;
  rmSync(kept, { force: true });
  const found = outcome(cwd, options);
  rmSync(kept, { force: true });
  if (bytes !== undefined) writeFileSync(kept, bytes);
  return found;
}

function put(cwd: string, path: string, text: string | null): void {
  const file = join(cwd, path);
  rmSync(file, { recursive: true, force: true });
  if (text === null) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const MAIN = `vars: [more.yaml]
stages:
  a: {cmd: "echo \${n} \${more}", deps: [in, "x[1].txt"], params: [n], outs: [{out/a: {desc: "1.0"}}]}
  b: {foreach: "\${list}", do: {cmd: "echo \${item}", params: [{other.toml: [k]}], outs: ["out/b-\${item}"]}}
metrics: [m.json]
`;

/** What stands in each file of the project, one of several things or nothing. */
const TEXTS: Readonly<Record<string, readonly (string | null)[]>> = {
  'pipeline.yaml': [
    MAIN,
    `${MAIN}plots: [p.csv]\n`,
    MAIN.replace('echo', 'print'),
    'stages: {a: {cmd: echo}}\n',
    'stages: {a: {cmd: [}}\n',
    '',
  ],
  'params.yaml': ['n: 1.0\nlist: [x, y]\n', 'n: 1\nlist: [x, y]\n', 'n: .inf\nlist: [x]\n', null, 'n: [\n'],
  'more.yaml': ['more: 1\n', 'more: {a: 1}\n', null],
  'other.toml': ['k = 1\n', 'k = 1.0\n', null],
  'params.local.yaml': ['n: 5\n', 'extra: 1\n', null],
  'sub/pipeline.yaml': ['stages: {s: {cmd: echo s, outs: [deep]}}\n', null, ''],
  'sub/deep/dvc.yaml': ['stages: {t: {cmd: echo t}}\n', null],
  'other/dvc.yaml': ['stages: {u: {cmd: echo u, wdir: w}}\n', null],
  '.gitignore': ['other\n', '!other\nsub/\n', null],
  '.dvc/config': ['[parsing]\nbool = boolean_optional\n', null],
  'x[1].txt': ['there', null],
  'dvc.yaml': ['stages: {v: {cmd: echo v}}\n', null],
};

const edit = fc
  .constantFrom(...Object.keys(TEXTS))
  .chain((path) => fc.record({ path: fc.constant(path), text: fc.constantFrom(...(TEXTS[path] ?? [null])) }));
const options: fc.Arbitrary<Options> = fc.record(
  {
    paramsFiles: fc.constantFrom(['params.local.yaml']),
    overrides: fc.constantFrom(['n=7'], ['n=7.0'], ['+q=1'], ['list=[z]']),
    quoting: fc.constant('none' as const),
    file: fc.constantFrom('pipeline.yaml', 'sub/pipeline.yaml'),
  },
  { requiredKeys: [] },
);

it('a project is loaded as if nothing was remembered, whatever was edited since', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ edits: fc.array(edit, { maxLength: 2 }), options }), { maxLength: 8 }),
      (steps) => {
        const cwd = temporaryFolder();
        for (const [path, [text]] of Object.entries(TEXTS)) put(cwd, path, text ?? null);
        mkdirSync(join(cwd, '.ferment'));
        for (const step of [{ edits: [], options: {} }, ...steps]) {
          for (const { path, text } of step.edits) put(cwd, path, text);
          const expected = uncached(cwd, step.options);
          expect(outcome(cwd, step.options)).toEqual(expected);
          expect(outcome(cwd, step.options)).toEqual(expected);
        }
        rmSync(cwd, { recursive: true });
      },
    ),
    { numRuns: 30 },
  );
});

it('what is remembered is used, tells which files it stands for, and is no memory when a bit of it is wrong', () => {
  const cwd = temporaryFolder();
  put(cwd, 'pipeline.yaml', 'stages: {a: {cmd: echo, params: [n]}}\n');
  put(cwd, 'params.yaml', 'n: 1\n');
  mkdirSync(join(cwd, '.ferment'));
  const read = (): string[] => {
    const paths: string[] = [];
    loadProject({ cwd, onRead: (path) => paths.push(path) });
    return paths;
  };
  const first = read();
  const kept = join(cwd, '.ferment/loaded.json');
  const good = readFileSync(kept, 'utf8');
  expect(read().sort()).toEqual(first.sort());
  expect(first).toEqual(expect.arrayContaining([join(cwd, 'pipeline.yaml'), join(cwd, 'params.yaml')]));
  rmSync(join(cwd, '.ferment/parsed.json'));
  read();
  // Nothing was parsed.
  expect(existsSync(join(cwd, '.ferment/parsed.json'))).toBe(false);
  writeFileSync(kept, good.replace('"echo"', '"ecHo"'));
  expect(loadProject({ cwd }).stages[0]?.command).toEqual({ kind: 'shell', lines: ['echo'] });
  expect(readFileSync(kept, 'utf8')).toBe(good);
});
