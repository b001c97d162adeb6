import { createReadStream, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { FermentError, isFermentError, unreachable } from '../../kit/index.ts';
import type { Params } from '../params/index.ts';
import {
  downloadFolder,
  fetchFile,
  fetchKaggle,
  KAGGLE_API,
  type Patience,
  requireAddress,
  verifyFile,
  withoutSecrets,
} from './fetch/index.ts';
import type { DataReporting } from './progress.ts';
import {
  createRawWriter,
  generateRaw,
  importCsv,
  importTree,
  type RawCounts,
  type RawWriter,
} from './raw/index.ts';
import { isZipFile, openTree, requirePath } from './tree/index.ts';

export interface DownloadOptions extends DataReporting {
  readonly seed: number;
  readonly download: Params['download'];
  /** `download.path` as the stage was given it. */
  readonly source: string | undefined;
  /** `data/raw`: emptied and filled. */
  readonly out: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly kaggleApi?: string;
  readonly patience?: Partial<Patience>;
}

/** What stage `download` put into `data/raw`; also its manifest. */
export interface DownloadReport {
  readonly source: {
    readonly kind: Params['download']['source'];
    /** File name, address, or name on Kaggle; never a path of this machine. */
    readonly name: string | null;
    readonly sha256: string | null;
  };
  readonly layout: 'generated' | 'folders' | 'csv';
  readonly total: number;
  readonly images: RawCounts;
  /** Files of the source that were left alone, by reason. */
  readonly ignored: Readonly<Record<string, number>>;
}

type Found = Omit<DownloadReport, 'total' | 'images' | 'source'> &
  Pick<DownloadReport['source'], 'name' | 'sha256'>;

/**
 * Puts a data set into `data/raw/{train,test}/<class>/`, from any of the sources of `download.source`: image files
 * byte for byte, CSV rows and drawn faces as PNG. Throws the DATA_… errors, BAD_IMAGE, NO_SPACE, STORE_UNWRITABLE.
 */
export async function downloadDataset(options: DownloadOptions): Promise<DownloadReport> {
  const { download, out } = options;
  const fetched = await locate(options);
  const writer = createRawWriter(out);
  const { layout, ignored, name, sha256 } = await fill(options, fetched, writer).catch((error: unknown) => {
    // Kaggle publishes no digest: a damaged copy must not be used again.
    if (download.source === 'kaggle' && fetched && isFermentError(error) && error.code === 'DATA_DAMAGED')
      rmSync(fetched.path, { force: true });
    throw error;
  });
  const images = writer.counts();
  const total = Object.values({ ...images })
    .flatMap((part) => Object.values(part))
    .reduce((a, b) => a + b, 0);
  const report = { source: { kind: download.source, name, sha256 }, layout, total, images, ignored };
  writer.finish(report);
  return report;
}

interface Located {
  readonly path: string;
  readonly name: string;
  readonly sha256: string | null;
}

/** The file or folder to read, fetched first where it is elsewhere; undefined for drawn faces. */
async function locate(options: DownloadOptions): Promise<Located | undefined> {
  const { download, env = process.env, source } = options;
  const { url } = download;
  const sha256 = download.sha256?.toLowerCase() ?? null;
  const shared = { ...options, sha256, folder: downloadFolder(env) };
  switch (download.source) {
    case 'generated':
      return undefined;
    case 'folder': {
      const path = requirePath(source, { what: 'a folder', param: 'download.path' });
      return { path, name: basename(path), sha256: null };
    }
    case 'zip':
    case 'csv': {
      const path = requirePath(source, { what: `a ${download.source} file`, param: 'download.path' });
      if (statSync(path).isDirectory()) throw notAFile(path, download.source);
      return { path, name: basename(path), sha256: await verifyFile(path, sha256) };
    }
    case 'url': {
      const address = requireAddress(url, sha256);
      return { ...(await fetchFile({ ...shared, url: address })), name: withoutSecrets(address) };
    }
    case 'kaggle': {
      const { kaggle } = download;
      return {
        ...(await fetchKaggle({ ...shared, kaggle, env, api: options.kaggleApi ?? KAGGLE_API })),
        name: kaggle.dataset,
      };
    }
    default:
      return unreachable(download.source);
  }
}

async function fill(
  options: DownloadOptions,
  located: Located | undefined,
  writer: RawWriter,
): Promise<Found> {
  const { download, seed } = options;
  if (located === undefined) {
    await generateRaw(download.generated, seed, writer, options);
    return { layout: 'generated', ignored: {}, name: null, sha256: null };
  }
  const { path, name, sha256 } = located;
  const isCsv = download.source === 'csv' || (download.source === 'url' && !isZipFile(path));
  if (isCsv) {
    const stream = createReadStream(path, { highWaterMark: 1 << 20 });
    const csvName = download.source === 'csv' ? path : name;
    await importCsv({ stream, name: csvName, sizeBytes: statSync(path).size }, writer, options);
    return { layout: 'csv', ignored: {}, name, sha256 };
  }
  const kind = download.source === 'folder' ? 'folder' : 'zip';
  const tree = await openTree(path, { kind, param: 'download.path' });
  try {
    return { ...(await importTree(tree, writer, options)), name, sha256 };
  } finally {
    tree.close();
  }
}

function notAFile(path: string, kind: string): FermentError {
  return new FermentError(
    'DATA_LAYOUT',
    `download.path must name a ${kind} file. Received: ${path}, a folder.`,
    {
      hint: 'For a folder: -S download.source=folder',
    },
  );
}
