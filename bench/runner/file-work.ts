import { randomFillSync } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Tool } from './bench.ts';
import { setAside } from './scratch.ts';

const SPLITS = ['train', 'test'];
const CLASSES = ['angry', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'];
const FILE_BYTES = 1500;

const STAGES = {
  /** What is in `incoming` becomes the out: no bytes are moved, so that what is measured is the tool's own work. */
  ingest: 'stages:\n  ingest:\n    cmd: mv incoming data\n    outs:\n    - data\n',
  count:
    'stages:\n  count:\n    cmd: ls data/train/angry > list.txt\n    deps:\n    - data\n    outs:\n    - list.txt\n',
} as const;

/** A pipeline of one stage, the same file for both tools. */
export function writePipeline(folder: string, tool: Tool, stage: keyof typeof STAGES): void {
  writeFileSync(join(folder, 'dvc.yaml'), STAGES[stage]);
  if (tool !== 'dvc') return;
  mkdirSync(join(folder, '.dvc'), { recursive: true });
  writeFileSync(join(folder, '.dvc/config'), '[core]\n    no_scm = True\n    analytics = false\n');
  writeFileSync(join(folder, '.dvcignore'), '');
}

/** A folder as image data sets have it: two splits with seven classes each, of files that nothing could compress. */
export function writeManyFiles(root: string, name: string, count: number): void {
  const folders = SPLITS.flatMap((split) => CLASSES.map((label) => join(root, name, split, label)));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const bytes = Buffer.alloc(FILE_BYTES);
  for (let i = 0; i < count; i++)
    writeFileSync(join(folders[i % folders.length] ?? root, `im${i}.png`), randomFillSync(bytes));
}

export function writeLargeFile(root: string, name: string, size: number): void {
  const bytes = randomFillSync(Buffer.alloc(16 * 1024 * 1024));
  const fd = openSync(join(root, name), 'wx');
  for (let at = 0; at < size; at += bytes.length) {
    bytes.writeDoubleLE(at);
    writeSync(fd, bytes);
  }
  closeSync(fd);
}

/** Makes the out the stage's input again. */
export function giveBack(root: string): void {
  if (existsSync(join(root, 'data'))) renameSync(join(root, 'data'), join(root, 'incoming'));
}

/** Takes away all that a tool remembers. */
export function dropMemory(root: string): void {
  for (const name of ['.ferment', 'pipeline.lock', 'dvc.lock', '.dvc/cache', '.dvc/tmp'])
    setAside(join(root, name));
}

export function removeData(root: string): void {
  setAside(join(root, 'data'));
}

export function changeOneFile(root: string): void {
  appendFileSync(join(root, 'data/train/angry/im0.png'), 'x');
}

/** Throws unless the out is there, and the store holds as many bytes as it has. */
export function checkFolder(root: string, count: number | undefined): void {
  const data = bytesIn(join(root, 'data'));
  if (count !== undefined && data.files !== count) throw new Error(`data has ${data.files} files.`);
  const kept = ['.ferment/objects', '.dvc/cache/files'].map((name) => bytesIn(join(root, name)).bytes);
  if (Math.max(...kept) < data.bytes) throw new Error(`Of ${data.bytes} bytes ${kept} are stored.`);
}

/** When the lock file was last written; 0 where there is none. */
export function lockTimeOf(root: string, tool: Tool): bigint {
  const file = join(root, tool === 'dvc' ? 'dvc.lock' : 'pipeline.lock');
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n;
}

function bytesIn(path: string): { readonly files: number; readonly bytes: number } {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { files: 0, bytes: 0 };
  if (stat.isFile()) return { files: 1, bytes: stat.size };
  const inside = readdirSync(path).map((name) => bytesIn(join(path, name)));
  return {
    files: inside.reduce((sum, { files }) => sum + files, 0),
    bytes: inside.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
