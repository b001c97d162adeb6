import fc from 'fast-check';
import { digestOf } from '../../../../src/kit/index.ts';
import { type Content, fingerprintOf, type Inputs, type LockEntry } from '../../../../src/runner/index.ts';

/** Inputs with some of everything. */
export function sampleInputs(name: string, changes: Partial<Inputs> = {}): Inputs {
  return {
    code: { cmd: [`python ${name}.py --lr 0.1`] },
    wdir: '.',
    deps: [
      { path: 'data/raw', kind: 'dir', digest: digestOf(`raw ${name}`), size: 1234, files: 35 },
      { path: `src/${name}.py`, kind: 'file', digest: digestOf(name), size: 99, files: 1, executable: true },
    ],
    params: { 'params.yaml': { [name]: { lr: 0.1, name: 'a: b' }, seed: 42 } },
    env: { CUDA_VISIBLE_DEVICES: null, SEED: '1' },
    graph: undefined,
    outs: [`metric reports/${name}.json`, `out models/${name}`],
    ...changes,
  };
}

export function sampleEntry(name: string, changes: Partial<Inputs> = {}): LockEntry {
  const inputs = sampleInputs(name, changes);
  const outs: Content[] = [
    { path: `models/${name}`, kind: 'dir', digest: digestOf(`model ${name}`), size: 5, files: 2 },
    { path: `reports/${name}.json`, kind: 'file', digest: digestOf(`report ${name}`), size: 2, files: 1 },
  ];
  return { fingerprint: fingerprintOf(inputs), inputs, outs };
}

const text = fc.string({
  unit: fc.oneof(fc.constantFrom(...':#-"\'\n{}[]&*! éß\u2028😀'), fc.string({ maxLength: 1 })),
  maxLength: 8,
});
const digest = fc.string().map(digestOf);
// A lock is JSON, which has no -0.
const values = fc
  .dictionary(
    text,
    fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value))),
    { maxKeys: 3 },
  )
  // The empty key is the whole file, whose other keys cannot have other values than it says.
  .map((keys) => ('' in keys ? { '': keys[''] } : keys));

function contents(path: fc.Arbitrary<string>): fc.Arbitrary<Content[]> {
  const content = fc.record({
    path,
    kind: fc.constantFrom('file' as const, 'dir' as const),
    digest,
    size: fc.nat(),
    files: fc.nat(),
  });
  return fc.uniqueArray(content, { selector: (one) => one.path, maxLength: 3 });
}

const inputs: fc.Arbitrary<Omit<Inputs, 'outs'>> = fc.record({
  code: fc.oneof(
    fc.record({ cmd: fc.array(text, { minLength: 1, maxLength: 2 }) }),
    fc.record({ module: text, bundle: digest, packages: digest }),
  ),
  wdir: fc.constantFrom('.', 'sub/folder'),
  deps: contents(text.map((word) => word.replaceAll('\0', ''))),
  params: fc.dictionary(text, values, { maxKeys: 2 }),
  env: fc.dictionary(text, fc.option(text), { maxKeys: 2 }),
  graph: fc.option(digest, { nil: undefined }),
  names: fc.option(fc.dictionary(text, text, { minKeys: 1, maxKeys: 2 }), { nil: undefined }),
});

/** Any entry that Ferment could write. */
export const anyEntry: fc.Arbitrary<LockEntry> = fc
  .record({ inputs, outs: contents(fc.constantFrom('a', 'b/c', 'd e', 'ü', 'x: y')) })
  .map(({ inputs: rest, outs }) => {
    const one = { ...rest, outs: outs.map(({ path }) => `out ${path}`) };
    return { fingerprint: fingerprintOf(one), inputs: one, outs };
  });

export const anyName: fc.Arbitrary<string> = fc
  .oneof(fc.constantFrom('a', 'train@x', 'null', '1', 'sub/f:a', '-', '__proto__', 'stages'), text)
  .filter((name) => name !== '');
