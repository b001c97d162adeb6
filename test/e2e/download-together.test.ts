import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/kit/index.ts';
import { temporaryFolder } from '../unit/fer/data/support/samples.ts';

const FETCH = join(import.meta.dirname, '../../src/fer/data/fetch/index.ts');
const FILE = Buffer.alloc(100_000, 'a file of a hundred kilobytes ');
const HALF = 50_000;

let server: Server;
let folder: string;
let address: string;
/** Ranges that were asked for. */
let asked: (string | undefined)[];
/** Sends the second half of what was asked for first. */
let sendRest: () => void;

beforeEach(async () => {
  folder = temporaryFolder();
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    answerFrom(response, from);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fer2013.zip`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function answerFrom(response: ServerResponse, from: number): void {
  const range = { 'content-range': `bytes ${from}-${FILE.length - 1}/${FILE.length}` };
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': FILE.length - from,
    etag: '"v1"',
    ...(from > 0 ? range : {}),
  });
  if (from > 0) response.end(FILE.subarray(from));
  else response.write(FILE.subarray(0, HALF));
  sendRest = () => response.end(FILE.subarray(HALF));
}

/** Another process that wants the file; it prints its warnings and how far it is. */
function startDownload(): { child: ChildProcess; printed: (line: RegExp) => Promise<string> } {
  const program = `import { fetchFile } from ${JSON.stringify(FETCH)};
    const { sha256 } = await fetchFile({
      url: ${JSON.stringify(address)}, sha256: ${JSON.stringify(digestOf(FILE))}, folder: ${JSON.stringify(folder)},
      onWarning: (text) => console.log(text), onProgress: ({ done }) => console.log('bytes', done),
    });
    console.log('digest', sha256);`;
  const path = join(temporaryFolder(), 'download.mts');
  writeFileSync(path, program);
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const printed = (wanted: RegExp): Promise<string> =>
    new Promise((done, fail) => {
      const look = (): void => {
        const found = lines.find((line) => wanted.test(line));
        if (found !== undefined) done(found);
      };
      reader.on('line', look);
      reader.on('close', () => fail(new Error(`ended after: ${lines.join('\n')}`)));
      look();
    });
  return { child, printed };
}

const kept = (): string[] =>
  readdirSync(folder)
    .map((name) => name.slice(17))
    .sort();

describe('processes that want one file at the same time', () => {
  it('download it once: the others wait for what the first one gets', async () => {
    const first = startDownload();
    await first.printed(/^bytes 50000$/);
    const second = startDownload();
    expect(await second.printed(/waiting/)).toBe(
      `The same file is being downloaded by process ${first.child.pid}; waiting for it.`,
    );
    sendRest();
    expect(await first.printed(/^digest/)).toBe(`digest ${digestOf(FILE)}`);
    expect(await second.printed(/^digest/)).toBe(`digest ${digestOf(FILE)}`);
    expect([asked, kept()]).toEqual([[undefined], ['fer2013.zip', 'fer2013.zip.sha256']]);
  });

  it('go on where one that was killed had stopped', async () => {
    const first = startDownload();
    await first.printed(/^bytes 50000$/);
    const ended = new Promise((done) => first.child.once('exit', done));
    first.child.kill('SIGKILL');
    await ended;
    expect(await startDownload().printed(/^digest/)).toBe(`digest ${digestOf(FILE)}`);
    expect([asked, kept()]).toEqual([
      [undefined, 'bytes=50000-'],
      ['fer2013.zip', 'fer2013.zip.sha256'],
    ]);
  });
});
