/** A BMP of `bits` per pixel: rows of packed bytes, from the bottom up, and its palette as blue, green, red, 0. */
export function makeBmp(
  { width, height, bits }: { readonly width: number; readonly height: number; readonly bits: number },
  rows: readonly (readonly number[])[],
  palette: readonly (readonly number[])[] = [],
  compression = 0,
): Buffer {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(54 + palette.length * 4, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length, 46);
  const pixels = rows.map((row) => Buffer.concat([Buffer.from(row), Buffer.alloc(stride - row.length)]));
  return Buffer.concat([header, Buffer.from(palette.flat()), ...pixels]);
}
