import { describe, expect, it } from 'vitest';
import { load, loadText, onlyStage } from './project.ts';

describe('templates', () => {
  it('keep the type of a value that is the whole text', () => {
    const stage = onlyStage(
      `stages: {a: {cmd: x, frozen: "\${f}", resources: {gpus: "\${r.gpus}"}, deps: ["\${d[0]}"], outs: [o: {cache: "\${f}"}]}}`,
      'f: false\nr: {gpus: 2}\nd: [a, b]\n',
    );
    expect(stage.frozen).toBe(false);
    expect(stage.resources.gpus).toBe(2);
    expect(stage.deps.map(({ path }) => path)).toEqual(['a']);
    expect(stage.outs[0]?.cache).toBe(false);
  });

  it('find lists by index, and names that hold dots', () => {
    const stage = onlyStage(
      `stages: {a: {cmd: x, deps: ["\${l[1].p}", "\${ v.1.x }"]}}`,
      'l: [1, {p: q}]\nv.1: {x: y}\n',
    );
    expect(stage.deps.map(({ path }) => path)).toEqual(['q', 'y']);
  });

  it('see params.yaml, global vars and local vars', () => {
    const project = load({
      'pipeline.yaml': `vars: [g.json, other.yaml:p, {b: "global \${c}"}]
stages:
  one: {cmd: "echo \${a} \${p}", desc: "\${b}"}
  two: {vars: [{l: local}, g.json, params.yaml], cmd: "echo \${a} \${m.x} \${m.y}", desc: "\${l}"}
`,
      'params.yaml': 'c: 3\nm: {x: 1}\n',
      'g.json': '{"a": "from-json", "m": {"y": 2}}',
      'other.yaml': 'p: 4\nq: 5\n',
    });
    expect(project.stages.map(({ desc, command }) => [desc, command])).toEqual([
      ['global 3', { kind: 'shell', lines: ['echo from-json 4'] }],
      ['local', { kind: 'shell', lines: ['echo from-json 1 2'] }],
    ]);
  });

  it('take a key called __proto__ as any other', () => {
    const { params, stages } = loadText(
      `stages: {a: {cmd: "echo \${__proto__.x}", params: [__proto__.x]}}`,
      '__proto__: {x: 1}\n',
    );
    expect(stages[0]?.command).toEqual({ kind: 'shell', lines: ['echo 1'] });
    expect(Object.keys(params.files.get('params.yaml')?.data ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
