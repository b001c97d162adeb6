import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFermentError } from '../../../../src/kit/index.ts';
import {
  commitSide,
  plotsJson,
  readPlots,
  renderPlotsPage,
  workspaceSide,
} from '../../../../src/runner/index.ts';
import { loess } from '../../../../src/runner/plots/chart/smooth.ts';
import { parseCells } from '../../../../src/runner/plots/csv.ts';
import { parseRows } from '../../../../src/runner/plots/rows.ts';
import { type RunnerProject, runnerProject } from '../../../support/runner-project.ts';

const rows = (path: string, text: string, header = true) =>
  parseRows(path, text, header).map((row) => Object.fromEntries(row));

describe('the rows of a file', () => {
  it('are those of a CSV, quotes and line ends as RFC 4180 has them', () => {
    expect(rows('a.csv', '\ufeffa,b\r\n1,"x, ""y""\nz"\r\n\r\n,0x10\r\n')).toEqual([
      { a: 1, b: 'x, "y"\nz' },
      { a: null, b: '0x10' },
    ]);
    expect(rows('a.tsv', 'a\tb\n1,5\t2', false)).toEqual([
      { 0: 'a', 1: 'b' },
      { 0: '1,5', 1: 2 },
    ]);
  });

  it('are the lists of mappings in JSON and YAML, or lists of values', () => {
    expect(rows('a.json', '[{"x": 1, "y": NaN}]')).toEqual([{ x: 1, y: null }]);
    expect(
      rows('a.json', '{"meta": 1, "roc": {"points": [{"fpr": 0}, {"fpr": 1}], "t": [{"q": 5}]}}'),
    ).toEqual([{ fpr: 0, q: 5 }, { fpr: 1 }]);
    expect(rows('a.yaml', 'epoch: [1, 2]\nloss: [0.5, 0.25]\n')).toEqual([
      { epoch: 1, loss: 0.5 },
      { epoch: 2, loss: 0.25 },
    ]);
  });

  it('are refused with what is wrong', () => {
    expect(() => rows('a.csv', 'a,b\n1,2\n3\n')).toThrow('row 3 has 1 cell, the first one 2 cells');
    expect(() => rows('a.csv', 'a,b\n1,"2\n3')).toThrow('line 2 has a quote that is not closed');
    expect(() => rows('a.json', '{"a": [1, 2], "b": [1]}')).toThrow('no equally long lists');
    expect(() => rows('a.json', '{')).toThrow('it cannot be read');
  });

  it('come back from any cells that are written as RFC 4180 says', () => {
    const cell = fc.string().filter((text) => text === text.trim());
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (table) => {
        const text = table
          .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
          .join('\n');
        expect(parseCells(text, ',')).toEqual(table);
      }),
    );
  });

  it('are read, or refused with a coded error, of any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('a.csv', 'a.tsv', 'a.json', 'a.yaml'), (text, path) => {
        try {
          parseRows(path, text, true);
        } catch (error) {
          expect(isFermentError(error)).toBe(true);
        }
      }),
    );
  });
});

it('loess smooths half a million points: more than a call takes as its arguments', () => {
  const smooth = loess(Array.from({ length: 500_000 }, (_, i) => [i, 2 * i] as const));
  expect(smooth.at(-1)?.[1]).toBeCloseTo(2 * 499_999, 3);
});

it('loess leaves a straight line straight, and ends where the points end', () => {
  const line = Array.from({ length: 50 }, (_, i) => [i, 2 * i + 1] as const);
  const smooth = loess(line);
  for (const [x, y] of smooth) expect(y).toBeCloseTo(2 * x + 1, 6);
  expect([smooth[0]?.[0], smooth.at(-1)?.[0]]).toEqual([0, 49]);
});

const PIPELINE = `
stages:
  make:
    cmd: mkdir -p pics && cp in/* . && cp in/p.png pics
    deps: [in]
    outs: [pics]
    plots:
    - h.csv: {x: epoch, y: [loss, acc], title: "<b>History</b>"}
    - c.csv: {template: confusion, x: actual, y: predicted, cache: false}
    - b.csv: {template: bar_horizontal_sorted, x: n, y: name}
plots:
- pics
- two: {x: epoch, y: {h.csv: loss, other.json: [loss]}, template: simple}
- typo: {x: epoch, y: {h.csv: los}, template: liner}
- gone.csv
`;

const files = {
  'pipeline.yaml': PIPELINE,
  'in/h.csv': 'epoch,loss,acc\n1,1,0.5\n2,0.5,0.75\n3,oops,0.8\n',
  'in/c.csv': 'actual,predicted\ncat,cat\ncat,dog\ndog,dog\n',
  'in/b.csv': 'name,n\na,1\n"<i>b</i>",3\na,1\n',
  'in/p.png': 'png',
  'other.json': '[{"epoch": 1, "loss": 0.9}]',
  '.gitignore': '/.ferment\n/pics\n/*.csv\n',
};

async function made(): Promise<RunnerProject> {
  const p = runnerProject(files);
  await p.repro();
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: p.root });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'one');
  return p;
}

describe('the plots of a pipeline', () => {
  it('are those of stages and of the top level, with what is wrong in words', async () => {
    const p = await made();
    const figures = readPlots([workspaceSide({ cwd: p.root })]);
    expect(figures.map(({ spec, problems }) => [spec.id, ...problems])).toEqual([
      ['b.csv'],
      ['c.csv'],
      ['gone.csv', 'gone.csv is not there.'],
      ['h.csv'],
      ['pics/p.png'],
      ['two'],
      [
        'typo',
        "There is no template 'liner', so it is drawn as linear. Did you mean 'linear'?",
        "h.csv: it has no column 'los', but epoch, loss, acc. Did you mean 'loss'?",
      ],
    ]);
    expect(plotsJson(figures)['two']).toEqual({
      template: 'simple',
      xLabel: 'epoch',
      yLabel: 'loss',
      series: [
        {
          revision: 'workspace',
          file: 'h.csv',
          field: 'loss',
          points: [
            [1, 1],
            [2, 0.5],
            [3, 'oops'],
          ],
        },
        { revision: 'workspace', file: 'other.json', field: 'loss', points: [[1, 0.9]] },
      ],
      images: [],
      problems: [],
    });
  });

  it('are read from the store where a commit does not hold them', async () => {
    const p = await made();
    p.write('in/h.csv', 'epoch,loss,acc\n1,1,0.5\n');
    await p.repro();
    const sides = [commitSide({ cwd: p.root }, 'HEAD'), workspaceSide({ cwd: p.root })];
    const figures = readPlots(sides, { targets: ['h.csv', 'pics'] });
    expect(
      figures.flatMap(({ series }) => series.map(({ field, points }) => [field, points.length])),
    ).toEqual([
      ['loss', 3],
      ['acc', 3],
      ['loss', 1],
      ['acc', 1],
    ]);
    expect(figures.flatMap(({ pictures }) => pictures.map(({ revision, uri }) => [revision, uri]))).toEqual([
      ['HEAD', 'data:image/png;base64,cG5n'],
      ['workspace', 'data:image/png;base64,cG5n'],
    ]);
    expect(() => readPlots(sides, { targets: ['h.cs'] })).toThrow("There is no plot and no file 'h.cs'.");
  });

  it('make a page in which text from files is text, the same each time', async () => {
    const p = await made();
    const figures = readPlots([workspaceSide({ cwd: p.root })]);
    const page = renderPlotsPage(figures, ['workspace']);
    expect(renderPlotsPage(readPlots([workspaceSide({ cwd: p.root })]), ['workspace'])).toBe(page);
    expect(page).not.toMatch(/<b>|<i>b/);
    expect(page).toContain('&lt;b&gt;History&lt;/b&gt;');
    expect(page).toContain('&lt;i&gt;b&lt;/i&gt;');
    expect(page).toContain('1 of 3 values of &#39;loss&#39; is no number'.replaceAll('&#39;', "'"));
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
  });

  it('are drawn whatever the numbers are', () => {
    const cell = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.constant(null));
    const template = fc.constantFrom(
      ...([
        'linear',
        'smooth',
        'scatter',
        'scatter_jitter',
        'confusion_normalized',
        'bar_horizontal',
      ] as const),
    );
    fc.assert(
      fc.property(template, fc.array(fc.tuple(cell, cell), { maxLength: 12 }), (name, points) => {
        const figure = {
          spec: {
            id: 'a',
            title: undefined,
            xLabel: undefined,
            yLabel: undefined,
            template: name,
            header: true,
            x: [],
            y: [],
            problems: [],
          },
          xLabel: 'x',
          yLabel: 'y',
          series: [
            {
              revision: 'HEAD',
              file: 'a',
              field: 'y',
              points: points.map(([x, y]) => ({ x: finite(x), y: finite(y) })),
            },
          ],
          pictures: [],
          problems: [],
        };
        expect(renderPlotsPage([figure], ['HEAD'])).not.toMatch(/="[^"]*(?:NaN|Infinity|undefined)/);
      }),
      { numRuns: 60 },
    );
  });
});

function finite<T>(cell: T): T | null {
  return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell;
}
