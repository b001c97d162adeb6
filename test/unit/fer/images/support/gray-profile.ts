/** A gray ICC profile (ICC.1:2001) of one gamma, as image editors embed it; a decoder that follows it changes gray levels. */
export function grayProfile(gamma: number): Buffer {
  const tags: readonly (readonly [string, Buffer])[] = [
    ['desc', description('Gray')],
    ['wtpt', whitePoint()],
    ['kTRC', curve(gamma)],
    ['cprt', Buffer.from('text\0\0\0\0CC0\0', 'latin1')],
  ];
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  const data: Buffer[] = [];
  let offset = 128 + table.length;
  for (const [i, [signature, value]] of tags.entries()) {
    table.write(signature, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(offset, 8 + 12 * i);
    table.writeUInt32BE(value.length, 12 + 12 * i);
    const padded = Buffer.concat([value, Buffer.alloc(-value.length & 3)]);
    data.push(padded);
    offset += padded.length;
  }
  return Buffer.concat([header(offset), table, ...data]);
}

/** A JPEG with the profile as its first segment. */
export function withProfile(jpeg: Buffer, profile: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
  const marker = Buffer.from([0xff, 0xe2, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)]);
}

function header(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32BE(sizeBytes, 0);
  bytes.writeUInt32BE(0x02100000, 8); // version 2.1
  bytes.write('mntrGRAYXYZ ', 12, 'latin1');
  bytes.set([0x07, 0xea, 0, 1, 0, 1], 24); // made on 1 January 2026
  bytes.write('acsp', 36, 'latin1');
  writeWhite(bytes, 68);
  return bytes;
}

/** D50, in numbers of 16.16 bits. */
function writeWhite(bytes: Buffer, at: number): void {
  for (const [i, value] of [0.9642, 1, 0.8249].entries())
    bytes.writeInt32BE(Math.round(value * 65_536), at + 4 * i);
}

function whitePoint(): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.write('XYZ ', 0, 'latin1');
  writeWhite(bytes, 8);
  return bytes;
}

function curve(gamma: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.write('curv', 0, 'latin1');
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt16BE(Math.round(gamma * 256), 12);
  return bytes;
}

function description(text: string): Buffer {
  const bytes = Buffer.alloc(91 + text.length);
  bytes.write('desc', 0, 'latin1');
  bytes.writeUInt32BE(text.length + 1, 8);
  bytes.write(text, 12, 'latin1');
  return bytes;
}
