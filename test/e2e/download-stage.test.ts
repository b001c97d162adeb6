import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Params } from '../../src/fer/index.ts';
import { makeZip } from '../unit/fer/data/support/make-zip.ts';
import { downloadParams, sampleFiles, temporaryFolder } from '../unit/fer/data/support/samples.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

/** Runs the real program as the runner does: its stage file in the environment, messages on file descriptor 3. */
function runDownload(download: Params['download'], source?: string) {
  const stageFile = join(folder, 'stage.json');
  writeFileSync(
    stageFile,
    JSON.stringify({
      stage: 'download',
      root: folder,
      params: { seed: 42, download },
      deps: source === undefined ? {} : { source },
      outs: { images: 'data/raw' },
      metrics: { counts: 'reports/metrics/download.json' },
      plots: {},
      checkpoints: {},
      cpus: 1,
      gpus: 0,
    }),
  );
  const tsx = import.meta.resolve('tsx');
  const result = spawnSync(process.execPath, ['--import', tsx, join(ROOT, 'stages/download.ts')], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, FERMENT_STAGE_FILE: stageFile, FERMENT_MESSAGE_FD: '3' },
  });
  const messages = (result.output[3] ?? '').split('\n').filter((line) => line !== '');
  return {
    status: result.status,
    stdout: result.stdout,
    stderr: result.stderr,
    messages: messages.map((m) => JSON.parse(m) as unknown),
  };
}

describe('the program of stage download', () => {
  it('fills data/raw, writes its metrics, reports progress and prints nothing', () => {
    const archive = makeZip(
      [...sampleFiles({ train: 3, publicTest: 1, privateTest: 1 })].map(([name, data]) => ({ name, data })),
    );
    writeFileSync(join(folder, 'fer2013.zip'), archive);
    const result = runDownload(downloadParams({ source: 'zip', path: 'fer2013.zip' }), 'fer2013.zip');
    expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(result.messages.at(-1)).toEqual({ type: 'progress', done: 35, total: 35, unit: 'image' });
    const metrics = JSON.parse(readFileSync(join(folder, 'reports/metrics/download.json'), 'utf8')) as {
      total: number;
    };
    expect(metrics.total).toBe(35);
    expect(readFileSync(join(folder, 'data/raw/manifest.json'), 'utf8')).not.toContain(folder);
  });

  it.each([
    [
      'a missing archive',
      undefined,
      1,
      /^download\.path must name a zip file\. Received: nothing\.\nSet it in params\.yaml, or for one run: -S download\.path=PATH\n$/,
    ],
    [
      'a truncated archive',
      'cut.zip',
      1,
      /^Cannot use the archive cut\.zip: it is cut short, or no zip archive\.\nGet the archive again.*\n$/,
    ],
    [
      'a folder in place of an archive',
      'folder.zip',
      1,
      /^download\.path must name a zip file\. Received: folder\.zip, a folder\.\n.*\n$/,
    ],
  ])('ends on %s with one message, no stack trace and its exit code', (_, source, status, message) => {
    const archive = makeZip(
      [...sampleFiles({ train: 1, publicTest: 1, privateTest: 1 })].map(([name, data]) => ({ name, data })),
    );
    writeFileSync(join(folder, 'cut.zip'), archive.subarray(0, archive.length / 2));
    mkdirSync(join(folder, 'folder.zip'));
    const result = runDownload(downloadParams({ source: 'zip', path: source ?? null }), source);
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
    expect(existsSync(join(folder, 'reports/metrics/download.json'))).toBe(false);
  });
});
