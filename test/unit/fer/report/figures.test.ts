import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  renderBars,
  renderConfusion,
  renderGraph,
  renderLines,
  renderReliability,
  renderScatter,
  renderSizes,
  renderSpaceScatter,
  SAFE_PALETTE,
} from '../../../../src/fer/report/figures/index.ts';
import { pageStyle } from '../../../../src/fer/report/page-style.ts';
import { blend, contrast } from '../../../support/contrast.ts';

const classes = ['angry', 'happy'];

/** The figure as a raster: proof that it is well-formed, and of its size. */
async function rasterise(
  svg: string,
): Promise<{ readonly width: number; readonly height: number; readonly colours: number }> {
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
  const colours = new Set<number>();
  for (let i = 0; i < data.length; i += info.channels) {
    colours.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
  }
  return { width: info.width, height: info.height, colours: colours.size };
}

describe('figures', () => {
  it('are well-formed and drawn in more than black and white', async () => {
    const svgs = [
      renderBars({
        title: 'a <b> & c',
        yName: 'n',
        categories: classes,
        format: String,
        series: [{ name: 's', color: '#5aa9c7', values: [3, 0] }],
      }),
      renderLines({
        title: 't',
        xName: 'epoch',
        yName: 'loss',
        series: [
          {
            name: 's',
            color: '#0072b2',
            points: [
              [1, 2],
              [2, Number.NaN],
              [3, 1],
            ],
          },
        ],
      }),
      renderConfusion('t', classes, [
        [3, 1],
        [0, 0],
      ]),
      renderReliability(
        't',
        [
          { low: 0, high: 1, count: 4, confidence: 0.5, accuracy: 0.6 },
          { low: 1, high: 2, count: 0, confidence: null, accuracy: null },
        ],
        0.1,
      ),
      renderSizes('t', [
        { name: 'a', parameters: 1e5, multiplyAdds: 1e7, accuracy: 0.5, interval: { low: 0.4, high: 0.6 } },
        { name: 'b', parameters: 1e7, multiplyAdds: 9e8, accuracy: 0.7, reported: 0.6 },
      ]),
      renderGraph('t', {
        stages: [{ name: 'a' }, { name: 'b@1' }, { name: 'b@2' }],
        edges: [
          ['a', 'b@1'],
          ['a', 'b@2'],
        ],
      }),
      (
        await renderScatter({
          title: 't',
          note: 'n',
          points: Float32Array.of(0, 0, 1, 1),
          labels: Uint8Array.of(0, 1),
          classes,
        })
      ).svg,
    ];
    for (const svg of svgs) expect((await rasterise(svg)).colours).toBeGreaterThan(3);
  });

  it('escape what comes from outside', () => {
    const svg = renderConfusion(
      '<script>alert(1)</script>',
      ['a"b', 'c'],
      [
        [1, 0],
        [0, 1],
      ],
    );
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&lt;script&gt;');
  });

  it('are the same bytes for the same data', () => {
    const draw = () =>
      renderConfusion('t', classes, [
        [1, 2],
        [3, 4],
      ]);
    expect(draw()).toBe(draw());
  });

  it('show what accuracy costs on axes with round values that hold every model', () => {
    const models = [3e4, 4.8e5, 1.5e7].map((parameters, i) => {
      const accuracy = 0.5 + 0.1 * i;
      return { name: `m${i}`, parameters, multiplyAdds: 50 * parameters, accuracy };
    });
    const svg = renderSizes('t', models);
    for (const text of ['100 k', '1 M', '10 M', '100 M', 'm0', 'm2'])
      expect(svg).toContain(`>${text}</text>`);
    const places = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)" r="5"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(places).toHaveLength(6);
    for (const [x = 0, y = 0] of places) {
      expect(x).toBeGreaterThan(56);
      expect(x).toBeLessThan(750);
      expect(y).toBeGreaterThanOrEqual(48);
      expect(y).toBeLessThanOrEqual(283);
    }
  });

  it('names models whose points are close beside each other without covering one by another', () => {
    const model = (name: string, parameters: number, accuracy: number) => {
      return { name, parameters, multiplyAdds: parameters, accuracy };
    };
    const svg = renderSizes('t', [
      model('first', 1e5, 0.9),
      model('second', 1.3e5, 0.91),
      model('third', 1e7, 0.2),
    ]);
    const places = [
      ...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"[^>]*>(first|second)</g),
    ];
    expect(places).toHaveLength(4);
    expect(new Set(places.map(([, , , anchor]) => anchor)).size).toBeGreaterThan(1);
  });

  it('hold a legend of any length, and names of any length', () => {
    const series = Array.from({ length: 20 }, (_, i) => ({
      name: `configuration ${i}`,
      color: '#000',
      points: [[1, 0.5] as const],
    }));
    const svg = renderLines({ title: 't', xName: 'x', yName: 'y', series });
    const [, height = 0] = /viewBox="0 0 [\d.]+ ([\d.]+)"/.exec(svg) ?? [];
    const [, last = Number.NaN] = /y="([\d.]+)"[^>]*>configuration 19</.exec(svg) ?? [];
    expect(Number(last)).toBeLessThan(Number(height));
    const long = { name: 'n'.repeat(65), parameters: 1e5, multiplyAdds: 1e6, accuracy: 0.5 };
    expect(renderSizes('t', [long, { ...long, name: 'other', parameters: 1e6 }])).toContain(
      `>${'n'.repeat(23)}…<`,
    );
  });

  it('leave out values that are no numbers', () => {
    const svg = renderLines({
      title: 't',
      xName: 'x',
      yName: 'y',
      series: [
        {
          name: 's',
          color: '#000',
          points: [
            [1, 1],
            [2, Number.NaN],
          ],
        },
      ],
    });
    expect(svg).not.toContain('NaN');
    expect(svg.match(/<circle/g)).toHaveLength(1);
  });

  it('turn thousands of points into one picture', async () => {
    const points = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i));
    const { svg } = await renderScatter({
      title: 't',
      note: 'n',
      points,
      labels: new Uint8Array(2500),
      classes,
    });
    expect(svg).toContain('<image');
    expect(svg).not.toContain('<circle');
  });

  it('show a map in space from every side that is asked for, what is near drawn last', async () => {
    // Points on the x axis, looked at along it from its end, and from its side.
    const svg = await renderSpaceScatter({
      title: 't',
      note: 'n',
      points: Float32Array.of(1, 0, 0, -1, 0, 0),
      labels: Uint8Array.of(0, 1),
      classes,
      views: [
        { elevation: 0, azimuth: 0 },
        { elevation: 0, azimuth: 90 },
      ],
    });
    const circles = [...svg.matchAll(/<circle[^>]*cx="([^"]+)" cy="([^"]+)"[^>]*fill="([^"]+)"/g)];
    const places = circles.map(([, x, y, fill]) => [Number(x), Number(y), fill]);
    const [far, near, right, left] = places;
    expect([far, near].map((place) => place?.slice(0, 2))).toEqual([
      [145, 145],
      [145, 145],
    ]);
    expect(far?.[2]).not.toBe(near?.[2]);
    expect([Number(right?.[1]), Number(left?.[1])]).toEqual([145, 145]);
    expect(new Set([right?.[0], left?.[0]])).toEqual(new Set([22, 268]));
    expect(near?.[2]).toBe(places.slice(2).find(([x]) => x === 22)?.[2]);
    expect(svg).toContain('azimuth 90°');
    expect((await rasterise(svg)).colours).toBeGreaterThan(3);
  });

  it('draw a group of stages as one box with its count', () => {
    const svg = renderGraph('t', { stages: [{ name: 'b@1' }, { name: 'b@2' }], edges: [] });
    expect(svg).toContain('b × 2');
  });
});

it('a graph whose groups feed each other in a circle is drawn all the same', async () => {
  const stages = ['a@1', 'b@1', 'a@2', 'c'].map((name) => ({ name }));
  const edges = [
    ['a@1', 'b@1'],
    ['b@1', 'a@2'],
    ['a@2', 'c'],
    ['b@1', 'c'],
  ] as const;
  expect((await rasterise(renderGraph('t', { stages, edges }))).colours).toBeGreaterThan(3);
});

it('an edge of the graph over several rows runs through no box', () => {
  const names = ['data', 'sweep', 'baseline', 'select', 'train', 'evaluate'];
  const edges = [
    ['data', 'sweep'],
    ['data', 'baseline'],
    ['sweep', 'select'],
    ['select', 'train'],
    ['train', 'evaluate'],
    ['baseline', 'evaluate'],
  ] as const;
  const svg = renderGraph('t', { stages: names.map((name) => ({ name })), edges });
  const boxes = [
    ...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" rx="7"/g),
  ].map(([, ...numbers]) => numbers.map(Number));
  expect(boxes).toHaveLength(names.length);
  // Where a path stands still or turns: its ends, and the places in the rows that it passes.
  const passed = [...svg.matchAll(/<path d="([^"]*V[^"]*)"/g)].flatMap(([, path = '']) =>
    [...path.matchAll(/ ([\d.]+) ([\d.]+)V([\d.]+)/g)].map(([, ...numbers]) => numbers.map(Number)),
  );
  expect(passed).toHaveLength(2);
  for (const [x = 0, top = 0, bottom = 0] of passed)
    for (const [left = 0, y = 0, width = 0, height = 0] of boxes)
      expect(x > left && x < left + width && top < y + height && bottom > y).toBe(false);
});

it('a matrix says where there is no image of a class, and its numbers can be read on every shade', () => {
  const svg = renderConfusion('t', classes, [
    [0, 0],
    [1, 3],
  ]);
  expect(svg.match(/>–</g)).toHaveLength(2);
  expect(svg).not.toContain('>0 %<');
  const dark = (name: string, fallback: string): string =>
    new RegExp(`\\.${name} \\{ fill: (#[0-9a-f]+)`).exec(pageStyle(SAFE_PALETTE))?.[1] ?? fallback;
  for (let hits = 0; hits <= 40; hits++) {
    const cell = renderConfusion(
      't',
      ['a', 'b'],
      [
        [hits, 40 - hits],
        [0, 1],
      ],
    );
    const [, ground = '', shade = '', opacity = ''] =
      /class="panel" fill="([^"]*)"[^>]*>\s*<rect[^>]*fill="([^"]*)" fill-opacity="([^"]*)"/.exec(cell) ?? [];
    const texts = [...cell.matchAll(/<text x="118"[^>]*?(?:class="(\w+)" )?(?:fill="([^"]*)")?>[\d]/g)];
    expect(texts).toHaveLength(4);
    for (const [, name, fill] of texts.slice(0, 2)) {
      const onLight = blend(shade, Number(opacity), ground);
      const onDark = blend(shade, Number(opacity), dark('panel', ''));
      expect(contrast(fill ?? '#1f2933', onLight), `${hits} of 40`).toBeGreaterThan(3.5);
      expect(
        contrast(name === undefined && fill !== undefined ? fill : dark(name ?? 'ink', ''), onDark),
      ).toBeGreaterThan(3.5);
    }
  }
});

it('lines of which no value is known say so', () => {
  const chart = { title: 't', xName: 'epoch', yName: 'loss' };
  const series = { name: 's', color: '#0072b2', points: [[1, Number.NaN]] as const };
  expect(renderLines({ ...chart, series: [series] })).toContain('>no values<');
  expect(renderLines({ ...chart, series: [{ ...series, points: [[1, 2]] }] })).not.toContain('no values');
});

it('what is written of a mark and of the calibration covers neither data nor legend', () => {
  const series = [
    { name: 's', color: '#0072b2', points: Array.from({ length: 40 }, (_, i) => [i + 1, 1] as const) },
  ];
  const marks = [{ x: 40, name: 'kept' }];
  const lines = renderLines({ title: 't', xName: 'x', yName: 'y', yRange: [0, 1], series, marks });
  const [, x = 0, y = 0] = /<text x="([\d.]+)" y="([\d.]+)" text-anchor="middle"[^>]*>kept/.exec(lines) ?? [];
  const [, legend = 0] = /<line x1="([\d.]+)"[^>]*stroke-width="2.5"/.exec(lines) ?? [];
  const [, top = 0] = /<circle [^>]*cy="([\d.]+)"/.exec(lines) ?? [];
  expect(Number(x)).toBeLessThan(Number(legend));
  expect(Number(y)).toBeLessThan(Number(top));
  const bin = { low: 0.1, high: 0.2, count: 1, confidence: 0.15, accuracy: 1 };
  const reliability = renderReliability('t', [bin], 0.1);
  const [, under = 0] = /y="([\d.]+)"[^>]*>ECE 0.100</.exec(reliability) ?? [];
  const axis = [...reliability.matchAll(/y2="([\d.]+)"/g)].map(([, value]) => Number(value));
  expect(Number(under)).toBeGreaterThan(Math.max(...axis));
});

it('the title of a figure is not cut at its edge: what is too long loses its middle', async () => {
  const title = `${'a-very-long-name-'.repeat(6)}: calibration`;
  const plot = { title, note: 'n', labels: Uint8Array.of(0), classes };
  const svgs = [
    renderReliability(title, [], 0.1),
    renderConfusion(title, ['a', 'b', 'c', 'd', 'e'], []),
    renderLines({ title, xName: 'x', yName: 'y', series: [{ name: 's', color: '#0072b2', points: [] }] }),
    renderBars({ title, yName: 'n', categories: classes, format: String, series: [] }),
    (await renderScatter({ ...plot, points: Float32Array.of(0, 0) })).svg,
    await renderSpaceScatter({
      ...plot,
      points: Float32Array.of(0, 0, 0),
      views: [{ elevation: 0, azimuth: 0 }],
    }),
  ];
  for (const svg of svgs) {
    const [, width = 0] = /width="([\d.]+)"/.exec(svg) ?? [];
    const [, x = 0, text = ''] = /<text x="([\d.]+)"[^>]*font-size="14"[^>]*>([^<]*)</.exec(svg) ?? [];
    expect(text).toMatch(/^a-very-.*….*: calibration$/);
    expect(Number(x) + 8 * text.length).toBeLessThanOrEqual(Number(width));
    expect(svg).toContain(`<title>${title}</title>`);
  }
  expect(renderReliability('ResNet: calibration', [], 0.1)).toContain('>ResNet: calibration</text>');
});

it('a line that another hides is named with it in the legend', () => {
  const chart = { title: 't', xName: 'epoch', yName: 'share', yRange: [0, 1] as const };
  const line = (name: string, ...values: number[]) => {
    return { name, color: '#0072b2', points: values.map((value, i) => [i + 1, value] as const) };
  };
  const svg = renderLines({
    ...chart,
    series: [
      line('first', 0.25, 0.5),
      line('other', 0.25, 0.75),
      line('same', 0.25, 0.5),
      line('near', 0.2501, 0.7502),
      line('shorter', 0.25),
      line('empty', Number.NaN),
      line('empty too', Number.NaN),
    ],
  });
  const texts = [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);
  expect(texts.slice(texts.indexOf('first'))).toEqual([
    'first',
    'other',
    'same',
    '= first',
    'near',
    '≈ other',
    'shorter',
    'empty',
    'empty too',
  ]);
  // What is drawn last is seen: the line whose name the others are given.
  const ends = [...svg.matchAll(/<path d="[^"]* ([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(ends).toHaveLength(4);
  expect(ends[3]).toBe(ends[1]);
});

it('names of nets that have no room are left out and counted, none is written over another', () => {
  const net = { parameters: 1e5, multiplyAdds: 1e7, accuracy: 0.5 };
  const sizes = (count: number): string =>
    renderSizes('t', [
      { ...net, name: 'far', parameters: 1e7, multiplyAdds: 1e9, accuracy: 0.9 },
      ...Array.from({ length: count }, (_, i) => ({ ...net, name: `same ${i + 1}` })),
    ]);
  expect(sizes(3)).not.toContain('no room');
  const many = sizes(30);
  const places = [...many.matchAll(/<text x="([^"]*)" y="([^"]*)"[^>]*>same/g)].map(
    ([, x, y]) => `${x} ${y}`,
  );
  expect(new Set(places).size).toBe(places.length);
  expect(many).toContain(`>no room for ${30 - places.length / 2} of 31 names<`);
});
