import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { writeFiles } from '../../support/temporary.ts';

const PIPELINE = `
stages:
  make:
    cmd:
    - mkdir -p tree/deep
    # Small files, and enough of them for a pack.
    - for i in $(seq 80); do echo "$i \${n}" > tree/$i; done
    - cp in tree/deep/copy
    - 'printf "#!/bin/sh\\n" > tree/deep/run; chmod +x tree/deep/run'
    deps: [in]
    params: [n]
    outs: [tree]
  big:
    cmd: head -c 300000 /dev/zero | tr '\\0' "\${n}" > big.bin
    params: [n]
    outs: [big.bin]
  left:
    cmd: cat tree/1 tree/2 > left.txt
    deps: [tree]
    outs: [left.txt]
  right:
    cmd: |
      cat tree/3 tree/deep/copy > right.txt
      echo '{"n": \${n}, "m": \${m}}' > scores.json
    deps: [tree]
    params: [n, m]
    outs: [right.txt]
    metrics: [scores.json: {cache: false}]
  train:
    cmd: |
      echo epoch > state.txt
      cat left.txt state.txt > model.txt
    deps: [left.txt, big.bin]
    params: [m]
    outs: [model.txt]
    checkpoints: [state.txt]
  history:
    cmd: cp right.txt log.txt
    deps: [right.txt]
    outs: [log.txt: {persist: true}]
  join:
    cmd: cat model.txt right.txt scores.json > result.txt
    deps: [model.txt, right.txt, scores.json]
    outs: [result.txt]
`;

/** Everything that the pipeline writes. */
export const OUTS = [
  'tree',
  'big.bin',
  'left.txt',
  'right.txt',
  'scores.json',
  'model.txt',
  'log.txt',
  'result.txt',
];

/** A pipeline with parallel stages and every kind of out: folder, big file, metrics for git, checkpoint, persist. */
export function writePipeline(root: string): void {
  writeFiles(root, { 'pipeline.yaml': PIPELINE, in: 'input\n' });
  setParams(root, 1);
}

/** State number `n` of the pipeline's inputs. */
export function setParams(root: string, n: number): void {
  writeFiles(root, { 'params.yaml': `n: ${n}\nm: ${n * 10}\n` });
}

/** Path to kind, rights and content of everything in the workspace, without Ferment's own folder. */
export function snapshot(root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(root)
      .filter((name) => name !== '.ferment' && name !== '.git')
      .flatMap((name) => entriesOf(root, name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function entriesOf(root: string, path: string): [string, string][] {
  const absolute = join(root, path);
  const stat = lstatSync(absolute);
  if (stat.isDirectory()) return readdirSync(absolute).flatMap((name) => entriesOf(root, `${path}/${name}`));
  if (stat.isSymbolicLink()) return [[path, `-> ${readlinkSync(absolute)}`]];
  const text = readFileSync(absolute);
  const content = text.length < 200 ? text.toString() : createHash('sha256').update(text).digest('hex');
  return [[path, `${(stat.mode & 0o111) === 0 ? '' : 'x '}${content}`]];
}

/** What a command left in Ferment's folder that belongs to a run in progress. */
export function leftovers(root: string): string[] {
  return ['aside', 'journal', 'scratch'].flatMap((name) => {
    const folder = join(root, '.ferment', name);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    // What a killed writer had not yet given its name is swept once it is a minute old.
    const left = names.filter((entry) => !entry.endsWith('.tmp'));
    // An empty folder whose removal the system refused is nobody's loss.
    const full = left.filter((entry) => name !== 'aside' || readdirSync(join(folder, entry)).length > 0);
    return full.map((entry) => `${name}/${entry}`);
  });
}
