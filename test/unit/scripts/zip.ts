import { crc32 } from 'node:zlib';

/** A zip file with the given entries, not compressed: names may be as bad as a test wants them. */
export function createZip(entries: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(entries)) {
    const [title, content] = [Buffer.from(name), Buffer.from(text)];
    const common = describeEntry(title, content);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, title, content]);
    directory.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02\x14\0', 'latin1'),
        common,
        Buffer.alloc(10),
        u32(offset),
        title,
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const count = u16(directory.length);
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06'),
    Buffer.alloc(4),
    count,
    count,
    u32(index.length),
    u32(offset),
    u16(0),
  ]);
  return Buffer.concat([...parts, index, end]);
}

/** The 26 bytes that the local and the central header share. */
function describeEntry(name: Buffer, content: Buffer): Buffer {
  const size = u32(content.length);
  const [version, flags, method, time, date] = [u16(20), u16(0x800), u16(0), u16(0), u16(33)];
  const sizes = [u32(crc32(content)), size, size, u16(name.length), u16(0)];
  return Buffer.concat([version, flags, method, time, date, ...sizes]);
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}
