const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** One line without its end; `bytes` are valid until the next is asked for. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

/** Splits a stream of bytes into lines, in whatever pieces it comes. A last line without an end counts. */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      yield { number: ++number, bytes: trimEnd(bytes.subarray(start, end)) };
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield { number: ++number, bytes: trimEnd(rest) };
}

function trimEnd(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
