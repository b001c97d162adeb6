import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadOptions, type DownloadReport, downloadDataset } from '../../src/fer/index.ts';
import { digestOf } from '../../src/kit/index.ts';
import { makeZip } from '../unit/fer/data/support/make-zip.ts';
import { downloadParams, sampleFiles, temporaryFolder } from '../unit/fer/data/support/samples.ts';

const ARCHIVE = makeZip(
  [...sampleFiles({ train: 4, publicTest: 1, privateTest: 1 })].map(([name, data]) => ({ name, data })),
);
const SHA256 = digestOf(ARCHIVE);
const PATIENCE = { attempts: 4, pauseMs: 1, stallMs: 5000 };

interface Seen {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
}

let server: Server;
let base: string;
let folder: string;
let seen: Seen[];
let warnings: string[];
/** What the server does; each test sets its own. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = temporaryFolder();
  seen = [];
  warnings = [];
  server = createServer((request, response) => {
    seen.push({
      path: request.url ?? '',
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
      authorization: request.headers.authorization,
    });
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function download(changes: Partial<DownloadOptions> = {}): Promise<DownloadReport> {
  return downloadDataset({
    seed: 1,
    download: downloadParams({ source: 'url', url: `${base}/fer2013.zip?token=secret`, sha256: SHA256 }),
    source: undefined,
    out: join(folder, 'raw'),
    env: { FERMENT_CACHE: join(folder, 'cache') },
    patience: PATIENCE,
    onWarning: (text) => warnings.push(text),
    ...changes,
  });
}

/** Serves the archive as a good server does: ranges, a strong ETag, If-Range. */
function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: { etag?: string; cutAfter?: number; ranges?: boolean } = {},
): void {
  const { etag = '"v1"', cutAfter, ranges = true } = options;
  const from = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
  const partial = from > 0 && request.headers['if-range'] === etag;
  const body = ARCHIVE.subarray(partial ? from : 0);
  response.writeHead(partial ? 206 : 200, {
    'content-length': body.length,
    etag,
    ...(partial ? { 'content-range': `bytes ${from}-${ARCHIVE.length - 1}/${ARCHIVE.length}` } : {}),
  });
  if (cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}

const cached = (): string[] =>
  readdirSync(join(folder, 'cache/downloads'))
    .map((name) => name.slice(17))
    .sort();

describe('a download over HTTP', () => {
  it('is verified, unpacked and kept for the next time', async () => {
    answer = (request, response) => serve(request, response);
    const report = await download();
    expect([report.total, report.source]).toEqual([
      42,
      { kind: 'url', name: `${base}/fer2013.zip`, sha256: SHA256 },
    ]);
    await download();
    expect(seen).toHaveLength(1);
    expect(cached()).toEqual(['fer2013.zip', 'fer2013.zip.sha256']);
  });

  it('goes on where a broken connection stopped', async () => {
    answer = (request, response) => serve(request, response, seen.length < 3 ? { cutAfter: 20_000 } : {});
    expect((await download()).total).toBe(42);
    expect(seen.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      [undefined, undefined],
      ['bytes=20000-', '"v1"'],
      ['bytes=40000-', '"v1"'],
    ]);
    expect(warnings).toHaveLength(2);
  });

  it('goes on in a later run after all attempts of the first have failed', async () => {
    answer = (request, response) => serve(request, response, { cutAfter: 5000 });
    await expect(download()).rejects.toMatchObject({
      code: 'DATA_NETWORK',
      message: expect.stringMatching(/^Cannot download http.*fer2013\.zip: .+ \(4 attempts\)\.$/),
    });
    answer = (request, response) => serve(request, response);
    expect((await download()).total).toBe(42);
    expect(seen.at(-1)?.range).toBe('bytes=20000-');
  });

  it('starts again when the file on the server has changed meanwhile', async () => {
    answer = (request, response) =>
      serve(request, response, seen.length === 1 ? { etag: '"old"', cutAfter: 20_000 } : { etag: '"new"' });
    expect((await download()).total).toBe(42);
    expect(seen[1]).toMatchObject({ range: 'bytes=20000-', ifRange: '"old"' });
  });

  it('starts again when the server knows no ranges', async () => {
    answer = (request, response) =>
      serve(request, response, { ranges: false, ...(seen.length === 1 ? { cutAfter: 20_000 } : {}) });
    expect((await download()).total).toBe(42);
  });

  it('takes what a server sends compressed though it was asked not to', async () => {
    const packed = gzipSync(ARCHIVE);
    answer = (_, response) =>
      response.writeHead(200, { 'content-length': packed.length, 'content-encoding': 'gzip' }).end(packed);
    expect((await download()).total).toBe(42);
    expect(seen).toHaveLength(1);
  });

  it('starts again when the rest is that of a compressed copy, whose ranges are those of other bytes', async () => {
    const name = `${digestOf(`${base}/fer2013.zip?token=secret`).slice(0, 16)}-fer2013.zip.part`;
    mkdirSync(join(folder, 'cache/downloads'), { recursive: true });
    writeFileSync(join(folder, 'cache/downloads', name), ARCHIVE.subarray(0, 5000));
    const packed = gzipSync(ARCHIVE);
    answer = (request, response) => {
      response.setHeader('content-encoding', 'gzip');
      if (request.headers.range === undefined) response.end(packed);
      else
        response
          .writeHead(206, { 'content-range': `bytes 5000-${packed.length - 1}/${packed.length}` })
          .end();
    };
    expect((await download()).total).toBe(42);
    expect(seen.map(({ range }) => range)).toEqual(['bytes=5000-', undefined]);
  });

  it('takes a part that is already whole for what it is', async () => {
    answer = (request, response) => serve(request, response, { cutAfter: 5000 });
    await expect(download({ patience: { ...PATIENCE, attempts: 1 } })).rejects.toMatchObject({
      code: 'DATA_NETWORK',
    });
    const part = readdirSync(join(folder, 'cache/downloads')).find((name) => name.endsWith('.part'));
    writeFileSync(join(folder, 'cache/downloads', part ?? ''), ARCHIVE);
    answer = (_, response) => response.writeHead(416, { 'content-range': `bytes */${ARCHIVE.length}` }).end();
    expect((await download()).total).toBe(42);
    expect(seen[1]?.range).toBe(`bytes=${ARCHIVE.length}-`);
  });

  it.skipIf(!existsSync('/dev/full'))('on a full disk ends at once and says so', async () => {
    answer = (request, response) => serve(request, response);
    const name = `${digestOf(`${base}/fer2013.zip?token=secret`).slice(0, 16)}-fer2013.zip.part`;
    mkdirSync(join(folder, 'cache/downloads'), { recursive: true });
    symlinkSync('/dev/full', join(folder, 'cache/downloads', name));
    await expect(download()).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(/^No space left while writing .*fer2013\.zip\.part\.$/),
    });
    expect(seen).toHaveLength(1);
  });

  it('sends user and password of its address in a header, and shows them nowhere', async () => {
    const url = `${base.replace('//', '//ada:s3cret@')}/fer2013.zip?token=secret`;
    const withLogin = { download: downloadParams({ source: 'url', url, sha256: SHA256 }) };
    answer = (_, response) => response.destroy();
    const error: unknown = await download(withLogin).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DATA_NETWORK' });
    answer = (request, response) => serve(request, response);
    const report = await download(withLogin);
    expect(JSON.stringify([String(error), warnings, report, cached()])).not.toMatch(
      /ada|s3cret|token|secret/,
    );
    expect(new Set(seen.map(({ path, authorization }) => `${path} ${authorization}`))).toEqual(
      new Set([`/fer2013.zip?token=secret Basic ${Buffer.from('ada:s3cret').toString('base64')}`]),
    );
  });

  it('takes an address whose scheme is in capitals', async () => {
    const url = `${base.replace('http', 'HTTP')}/fer2013.zip`;
    answer = (request, response) => serve(request, response);
    const report = await download({ download: downloadParams({ source: 'url', url, sha256: SHA256 }) });
    expect(report.source.name).toBe(`${base}/fer2013.zip`);
  });

  it('follows redirects', async () => {
    answer = (request, response) => {
      if (request.url === '/elsewhere') serve(request, response);
      else response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect((await download()).total).toBe(42);
    expect(seen.map(({ path }) => path)).toEqual(['/fer2013.zip?token=secret', '/elsewhere']);
  });

  it.each([
    ['/around', /: more than 20 redirects follow one another/],
    ['ftp://127.0.0.1/fer2013.zip', /: the server redirects to what is no http or https address\.$/],
    ['http://[', /: the server redirects to what is no address\.$/],
    [
      'http://ada:s3cret@127.0.0.1/',
      /: the server redirects to an address with a user and a password in it\.$/,
    ],
  ])('is given up at once where redirects lead nowhere (%s)', async (location, message) => {
    answer = (_, response) => response.writeHead(302, { location }).end();
    await expect(download()).rejects.toMatchObject({
      code: 'DATA_NETWORK',
      message: expect.stringMatching(message),
    });
    expect(warnings).toEqual([]);
  });

  it('takes a SHA-256 in capitals', async () => {
    answer = (request, response) => serve(request, response);
    const { source } = await download({
      download: downloadParams({ source: 'url', url: `${base}/fer2013.zip`, sha256: SHA256.toUpperCase() }),
    });
    expect(source.sha256).toBe(SHA256);
  });

  it('is tried again when the server is busy, and waits as long as that asks', async () => {
    answer = (request, response) => {
      if (seen.length < 3) response.writeHead(503, { 'retry-after': '0' }).end();
      else serve(request, response);
    };
    expect((await download()).total).toBe(42);
    expect(warnings).toEqual([
      'Download interrupted (the server answered 503); trying again in 0 ms.',
      'Download interrupted (the server answered 503); trying again in 0 ms.',
    ]);
  });

  it('with another SHA-256 is refused and not kept', async () => {
    answer = (_, response) => response.end('another file');
    await expect(download()).rejects.toMatchObject({
      code: 'DATA_CHECKSUM',
      message: `${base}/fer2013.zip must have the SHA-256 ${SHA256}. Received: ${digestOf('another file')}.`,
    });
    expect(cached().filter((name) => !name.endsWith('validator'))).toEqual([]);
    answer = (request, response) => serve(request, response);
    expect((await download()).total).toBe(42);
  });

  it.each([
    [401, 'DATA_CREDENTIALS'],
    [403, 'DATA_CREDENTIALS'],
    [404, 'DATA_MISSING'],
    [418, 'DATA_NETWORK'],
  ])('refused with %i is not tried again', async (status, code) => {
    answer = (_, response) => response.writeHead(status).end();
    await expect(download()).rejects.toMatchObject({ code });
    expect(seen).toHaveLength(1);
  });

  it('that stalls is given up and tried again', async () => {
    answer = (request, response) => {
      if (seen.length > 1) serve(request, response);
      else
        response
          .writeHead(200, { 'content-length': ARCHIVE.length, etag: '"v1"' })
          .write(ARCHIVE.subarray(0, 100));
    };
    expect((await download({ patience: { ...PATIENCE, stallMs: 200 } })).total).toBe(42);
    expect(warnings[0]).toMatch(/nothing came for 200 ms/);
  });

  it('to a server that is not there fails with one sentence', async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await expect(download()).rejects.toMatchObject({
      code: 'DATA_NETWORK',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    server.listen(0);
  });
});

describe('a download from Kaggle', () => {
  const kaggle = (tokenFile: string, env: NodeJS.ProcessEnv = {}): Promise<DownloadReport> =>
    download({
      download: downloadParams({ source: 'kaggle', kaggle: { dataset: 'msambare/fer2013', tokenFile } }),
      env: { FERMENT_CACHE: join(folder, 'cache'), ...env },
      kaggleApi: `${base}/api/v1`,
    });
  const token = (text: string, mode = 0o600): string => {
    const path = join(folder, 'kaggle.json');
    writeFileSync(path, text, { mode });
    return path;
  };
  const GOOD = JSON.stringify({ username: 'ada', key: 'secret' });

  it('sends the token to Kaggle and to nobody else', async () => {
    const storage = createServer((request, response) => {
      seen.push({
        path: 'storage',
        range: undefined,
        ifRange: undefined,
        authorization: request.headers.authorization,
      });
      serve(request, response);
    });
    await new Promise<void>((done) => storage.listen(0, '127.0.0.1', done));
    const location = `http://127.0.0.1:${(storage.address() as AddressInfo).port}/signed`;
    answer = (_, response) => response.writeHead(302, { location }).end();
    const report = await kaggle(token(GOOD));
    storage.closeAllConnections();
    storage.close();
    expect(report).toMatchObject({
      total: 42,
      source: { kind: 'kaggle', name: 'msambare/fer2013', sha256: SHA256 },
    });
    expect(seen.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/api/v1/datasets/download/msambare/fer2013', `Basic ${Buffer.from('ada:secret').toString('base64')}`],
      ['storage', undefined],
    ]);
    expect(warnings).toEqual([]);
  });

  it('uses the copy of an earlier run and says so', async () => {
    answer = (request, response) => serve(request, response);
    await kaggle(token(GOOD));
    await kaggle(token(GOOD));
    expect(seen).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^Using the copy that was downloaded before\. Delete .*-fer2013 to fetch it anew\.$/,
    );
  });

  it('does not keep a copy that is no archive', async () => {
    answer = (_, response) => response.end('<html>Please log in</html>');
    await expect(kaggle(token(GOOD))).rejects.toMatchObject({ code: 'DATA_DAMAGED' });
    answer = (request, response) => serve(request, response);
    expect((await kaggle(token(GOOD))).total).toBe(42);
  });

  it('takes the token from the environment first, and warns of one that others can read', async () => {
    answer = (request, response) => serve(request, response);
    await kaggle('/nowhere', { KAGGLE_USERNAME: 'eve', KAGGLE_KEY: 'k' });
    expect(seen[0]?.authorization).toBe(`Basic ${Buffer.from('eve:k').toString('base64')}`);
    await kaggle(token(GOOD, 0o644));
    expect(warnings[0]).toMatch(
      /^Other users of this machine can read the Kaggle token\. Close it with: chmod 600 /,
    );
  });

  it.each([
    [401, 'DATA_CREDENTIALS', 'Kaggle does not accept this token (HTTP 401).'],
    [403, 'DATA_CREDENTIALS', 'Kaggle does not let this account read msambare/fer2013 (HTTP 403).'],
    [404, 'DATA_MISSING', 'Kaggle has no data set msambare/fer2013 (HTTP 404).'],
  ])('answers %i with what to do', async (status, code, message) => {
    answer = (_, response) => response.writeHead(status).end();
    await expect(kaggle(token(GOOD))).rejects.toMatchObject({
      code,
      message,
      hint: expect.stringMatching(/kaggle/i),
    });
  });

  it.each(['', 'no json', '{"username": "ada"}', '{"username": "ada", "key": 5}'])(
    'never shows a token file that is not one (%#)',
    async (text) => {
      const path = token(text);
      await expect(kaggle(path)).rejects.toMatchObject({
        code: 'DATA_CREDENTIALS',
        message: `${path} must hold {"username": "…", "key": "…"}. Received something else (not shown, it may be a secret).`,
      });
    },
  );

  it('without a token file says how to get one', async () => {
    await expect(kaggle('/nowhere/kaggle.json')).rejects.toMatchObject({
      code: 'DATA_CREDENTIALS',
      hint: expect.stringMatching(/Create New Token/),
    });
  });
});
