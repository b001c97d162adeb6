import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNpyWriter, readNpy, writeNpy } from '../../../../src/fer/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferment-npy-'));
const at = (name: string): string => join(folder, name);
const reference = join(import.meta.dirname, '../../../../../shared/reference');

describe('npy files', () => {
  it('are byte for byte what NumPy writes', () => {
    writeNpy(at('numpy.npy'), { dtype: 'float32', shape: [2, 1], data: Float32Array.of(1, -2.5) });
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
    const expected = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(`${header.padEnd(117)}\n`),
      Buffer.from(Float32Array.of(1, -2.5).buffer),
    ]);
    expect(readFileSync(at('numpy.npy'))).toEqual(expected);
  });

  it('come back as they were written, for every type and shape', () => {
    const array = fc
      .record({
        dtype: fc.constantFrom('uint8', 'int32', 'float32', 'float64'),
        shape: fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
        seed: fc.nat(),
      })
      .map(({ dtype, shape, seed }) => {
        const n = shape.reduce((product, size) => product * size, 1);
        const values = Array.from({ length: n }, (_, i) => (seed + i * 37) % 251);
        if (dtype === 'uint8') return { dtype, shape, data: Uint8Array.from(values) } as const;
        if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(values, (v) => -v) } as const;
        if (dtype === 'float32')
          return { dtype, shape, data: Float32Array.from(values, (v) => v / 7) } as const;
        return { dtype, shape, data: Float64Array.from(values, (v) => v / 7) } as const;
      });
    fc.assert(
      fc.property(array, (value) => {
        writeNpy(at('property.npy'), value);
        expect(readNpy(at('property.npy'))).toEqual(value);
      }),
      { numRuns: 60 },
    );
  });

  it('can be written piece by piece, with the digest of the data', () => {
    const data = Uint8Array.from({ length: 12 }, (_, i) => i);
    const writer = openNpyWriter(at('pieces.npy'), { dtype: 'uint8', shape: [4, 3] });
    writer.append(data.subarray(0, 5));
    writer.append(data.subarray(5));
    expect(writer.finish()).toBe(createHash('sha256').update(data).digest('hex'));
    expect(readNpy(at('pieces.npy'))).toEqual({ dtype: 'uint8', shape: [4, 3], data });
  });

  it('leave the old file and nothing else when the data do not fill the shape', () => {
    writeNpy(at('kept.npy'), { dtype: 'uint8', shape: [1], data: Uint8Array.of(9) });
    const before = readdirSync(folder);
    for (const length of [2, 4]) {
      expect(() =>
        writeNpy(at('kept.npy'), { dtype: 'uint8', shape: [3], data: new Uint8Array(length) }),
      ).toThrow(expect.objectContaining({ code: 'BAD_ARRAY' }));
    }
    expect(readNpy(at('kept.npy')).data).toEqual(Uint8Array.of(9));
    expect(readdirSync(folder)).toEqual(before);
  });

  it.each([
    ['that is missing', undefined, /cannot be opened/],
    ['that is no array', Buffer.from('hello, hello'), /does not begin as a \.npy file/],
    ['of version 2', Buffer.from('\x93NUMPY\x02\x00aa', 'latin1'), /Received: 2\.0/],
    ['of big-endian numbers', numpyFile("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }"), />f4/],
    [
      'in column order',
      numpyFile("{'descr': '|u1', 'fortran_order': True, 'shape': (4,), }"),
      /fortran_order/,
    ],
    ['cut short', numpyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }"), /Received: 7\d/],
    [
      'with too many bytes',
      numpyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }"),
      /Received: 7\d/,
    ],
  ])('refuse a file %s with BAD_ARRAY', (name, bytes, message) => {
    const path = at(`${name}.npy`);
    if (bytes !== undefined) writeFileSync(path, bytes);
    expect(() => readNpy(path)).toThrow(
      expect.objectContaining({ code: 'BAD_ARRAY', message: expect.stringMatching(message) }),
    );
  });

  it('refuse another type or shape than the caller relies on', () => {
    writeNpy(at('typed.npy'), { dtype: 'int32', shape: [2, 3], data: new Int32Array(6) });
    expect(readNpy(at('typed.npy'), { dtype: 'int32', shape: [null, 3] }).shape).toEqual([2, 3]);
    expect(() => readNpy(at('typed.npy'), { dtype: 'uint8' })).toThrow(
      /type uint8 was expected. Received: int32/,
    );
    expect(() => readNpy(at('typed.npy'), { shape: [null, 4] })).toThrow(/shape \[n, 4\] was expected/);
  });

  it.skipIf(!existsSync(reference))('of NumPy itself can be read', () => {
    const { dtype, shape, data } = readNpy(join(reference, 'tsne/x50.npy'));
    expect({ dtype, shape, length: data.length }).toEqual({
      dtype: 'float32',
      shape: [1000, 50],
      length: 50_000,
    });
  });
});

function numpyFile(header: string): Buffer {
  const text = Buffer.from(`${header}\n`);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from([text.length, 0]),
    text,
    Buffer.alloc(4),
  ]);
}
