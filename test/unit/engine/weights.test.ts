import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSafetensors, readHdf5 } from '../../../src/engine/index.ts';
import { isFermentError } from '../../../src/kit/index.ts';
import { writeHdf5 } from '../../support/hdf5.ts';
import { norm, readReference } from './reference.ts';
import { encodeSafetensors } from './safetensors.ts';

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const names = fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__' && name !== '__proto__');
const tensors = fc.dictionary(names, shapes).chain((table) =>
  fc.record(
    Object.fromEntries(
      Object.entries(table).map(([name, shape]) => {
        const size = shape.reduce((product, side) => product * side, 1);
        const values = fc.float32Array({ minLength: size, maxLength: size });
        return [name, values.map((v) => ({ shape, values: v }))];
      }),
    ),
  ),
);

describe('parseSafetensors', () => {
  test('reads back what was written', () => {
    fc.assert(
      fc.property(tensors, (table) => {
        const parsed = parseSafetensors(encodeSafetensors(table), 'a.safetensors');
        expect([...parsed.keys()].sort()).toEqual(Object.keys(table).sort());
        for (const [name, { shape, values }] of Object.entries(table)) {
          expect(parsed.get(name)?.shape).toEqual(shape);
          expect([...(parsed.get(name)?.values() ?? [])]).toEqual([...values]);
        }
      }),
    );
  });

  test('answers damage with BAD_WEIGHTS and nothing else', () => {
    const file = encodeSafetensors({ a: { shape: [2, 2], values: new Float32Array([1, 2, 3, 4]) } });
    fc.assert(
      fc.property(
        fc.nat(file.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        (at, byte, cut) => {
          const damaged = cut ? file.slice(0, at) : file.slice();
          if (!cut) damaged[at] = byte;
          try {
            for (const tensor of parseSafetensors(damaged, 'a.safetensors').values()) tensor.values();
          } catch (error) {
            expect(isFermentError(error) && error.code).toBe('BAD_WEIGHTS');
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('names the path and what does not fit', () => {
    const header = (entry: unknown): Uint8Array => {
      const json = Buffer.from(JSON.stringify({ w: entry }));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      return Buffer.concat([length, json, Buffer.alloc(16)]);
    };
    const parse = (entry: unknown) => () => {
      parseSafetensors(header(entry), 'w.safetensors').get('w')?.values();
    };
    expect(parse({ dtype: 'F32', shape: [5], data_offsets: [0, 20] })).toThrow(
      'w.safetensors is not a whole .safetensors file: w lies outside of the file.',
    );
    expect(parse({ dtype: 'F32', shape: [3], data_offsets: [0, 16] })).toThrow(
      /w should have 12 bytes and has 16/,
    );
    expect(parse({ dtype: 'BF16', shape: [8], data_offsets: [0, 16] })).toThrow(
      /float16, float32 or float64. Received: BF16/,
    );
    expect(parse({ dtype: 'F16', shape: [8], data_offsets: [0, 16] })).not.toThrow();
    expect(parse({ dtype: 'F32', shape: [-4], data_offsets: [0, 16] })).toThrow(/lacks dtype, shape/);
    expect(() => parseSafetensors(new Uint8Array(3), 'w.safetensors')).toThrow(/should fit into 3 bytes/);
  });

  // What the format's own library refuses as well (InvalidOffset, MetadataIncompleteBuffer).
  test.each([
    [
      'overlap',
      { a: [0, 8], b: [4, 12], c: [12, 16] },
      'b should begin at byte 8 of the numbers and begins at 4',
    ],
    [
      'are the same',
      { a: [0, 8], b: [0, 8], c: [8, 16] },
      'b should begin at byte 8 of the numbers and begins at 0',
    ],
    ['leave a hole', { a: [8, 16], b: [0, 4] }, 'a should begin at byte 4 of the numbers and begins at 8'],
    ['begin late', { a: [4, 16] }, 'a should begin at byte 0 of the numbers and begins at 4'],
    ['leave bytes over', { a: [0, 8] }, 'its tensors end at byte 8 of the numbers, which are 16 bytes'],
    ['are none', {}, 'its tensors end at byte 0 of the numbers, which are 16 bytes'],
  ])('refuses a file whose tensors %s', (_, ranges, why) => {
    expect(() => parseSafetensors(placed(ranges), 'w.safetensors')).toThrow(
      `w.safetensors is not a whole .safetensors file: ${why}.`,
    );
  });

  test('takes tensors in any order of the header, and empty ones between them', () => {
    const parsed = parseSafetensors(placed({ b: [8, 16], a: [0, 8], none: [8, 8] }), 'w.safetensors');
    expect([...(parsed.get('b')?.values() ?? [])]).toEqual([2, 3]);
    expect([...(parsed.get('a')?.values() ?? [])]).toEqual([0, 1]);
    expect(parsed.get('none')?.values()).toHaveLength(0);
  });

  /** A file with the float32 numbers 0 to 3 and tensors of these bytes of them. */
  function placed(ranges: Readonly<Record<string, readonly number[]>>): Uint8Array {
    const entries = Object.entries(ranges).map(([name, [start = 0, end = 0]]) => {
      return [name, { dtype: 'F32', shape: [(end - start) / 4], data_offsets: [start, end] }];
    });
    const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, Buffer.from(new Float32Array([0, 1, 2, 3]).buffer)]);
  }

  const path = '../shared/reference/weights/resnet.torch.safetensors';
  test.skipIf(!existsSync(path))('reads a checkpoint that PyTorch wrote', () => {
    const { tensors: rows } = readReference<{ tensors: { torch_name: string; shape: number[] }[] }>('resnet');
    const parsed = parseSafetensors(readFileSync(path), path);
    for (const { torch_name, shape } of rows) {
      const tensor = parsed.get(torch_name);
      expect([...(tensor?.shape ?? [])].sort(), torch_name).toEqual([...shape].sort());
      expect(norm(tensor?.values() ?? [])).toBeGreaterThan(0);
    }
    expect(() => parsed.get('block1.1.num_batches_tracked')?.values()).toThrow(/Received: I64/);
  });
});

describe('readHdf5', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ferment-h5-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('reads the wanted arrays by their paths', async () => {
    const { File, ready } = await import('h5wasm/node');
    await ready;
    const path = join(folder, 'a.h5');
    const file = new File(path, 'w');
    const group = file.create_group('conv');
    group.create_dataset({ name: 'kernel:0', data: new Float32Array([1, 2, 3, 4]), shape: [2, 2] });
    group.create_dataset({ name: 'bias:0', data: new Float64Array([0.5]), shape: [1] });
    file.create_dataset({ name: 'other', data: new Int32Array([7]), shape: [1] });
    file.close();
    const all = await readHdf5(path, () => true);
    const read = [...all].map(([name, { shape }]) => `${name.replace(/^\//, '')} [${shape}]`);
    expect(read.sort()).toEqual(['conv/bias:0 [1]', 'conv/kernel:0 [2,2]', 'other [1]']);
    const wanted = await readHdf5(path, (name) => name.includes('conv/'));
    expect([...wanted.values()].map((tensor) => [...tensor.values()]).sort()).toEqual([[0.5], [1, 2, 3, 4]]);
    expect(() => [...all].find(([name]) => name.endsWith('other'))?.[1].values()).toThrow(
      /should hold float32/,
    );
  });

  test('reads the others beside an array that is damaged', async () => {
    const { File, ready } = await import('h5wasm/node');
    await ready;
    const path = join(folder, 'packed.h5');
    const file = new File(path, 'w');
    const data = Float32Array.from({ length: 256 }, (_, i) => i);
    const packing: { chunks: number[]; compression: 'gzip'; compression_opts: number[] } = {
      chunks: [256],
      compression: 'gzip',
      compression_opts: [9],
    };
    file.create_dataset({ name: 'packed', data, shape: [256], ...packing });
    file.create_dataset({ name: 'plain', data: Float32Array.of(5), shape: [1] });
    file.close();
    const bytes = readFileSync(path);
    const start = bytes.indexOf('78da', 0, 'hex'); // how zlib begins at level 9
    writeFileSync(path, bytes.fill(0xff, start, start + 16));
    const all = await readHdf5(path, () => true);
    const named = (end: string) => [...all].find(([name]) => name.endsWith(end))?.[1];
    expect(named('plain')?.values()).toEqual(Float32Array.of(5));
    expect(() => named('packed')?.values()).toThrow(
      /packed should hold .* cannot be read: filter returned failure during read\.$/,
    );
  });

  test('says in one line that a file is cut off', async () => {
    const path = join(folder, 'cut.h5');
    await writeHdf5(path, [{ name: 'conv/kernel:0', shape: [2], values: Float32Array.of(1, 2) }]);
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await expect(readHdf5(path, () => true)).rejects.toThrow(
      /cut\.h5 cannot be read as HDF5: truncated file: .+\.$/,
    );
  });

  test('refuses what is no HDF5 file', async () => {
    const path = join(folder, 'text.h5');
    writeFileSync(path, 'not this');
    await expect(readHdf5(path, () => true)).rejects.toMatchObject({ code: 'BAD_WEIGHTS' });
  });
});
