import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a made-up archive; the odd fields make archives that a reader must refuse. */
export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** Says encrypted in the flags, though it is not. */
  readonly encrypted?: boolean;
  /** Another checksum than the data have. */
  readonly crc?: number;
  /** Another uncompressed size than the data have. */
  readonly declaredBytes?: number;
  /** Unix file type and mode, in the upper half of the external attributes. */
  readonly mode?: number;
  readonly method?: number;
}

/** A zip archive (APPNOTE 6.3), without zip64. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const data = entry.deflate ? deflateRawSync(entry.data) : Buffer.from(entry.data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800 | (entry.encrypted ? 1 : 0), 2);
    fields.writeUInt16LE(entry.method ?? (entry.deflate ? 8 : 0), 4);
    fields.writeUInt32LE(entry.crc ?? crc32(entry.data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(entry.declaredBytes ?? entry.data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, tail, name);
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
