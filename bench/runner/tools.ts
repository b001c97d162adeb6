import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tool } from './bench.ts';
import { runQuietly } from './process.ts';

/** A program that takes part in benches. */
export interface FoundTool {
  readonly tool: Tool;
  /** As the results page calls it. */
  readonly name: string;
  readonly version: string;
  /** The file to start. */
  readonly file: string;
  /** Folder that `npm run` must find as node_modules; for tools from npm. */
  readonly modules?: string;
}

/** A tool that is not on this machine, and how to get it. */
export interface MissingTool {
  readonly tool: Tool;
  readonly missing: string;
}

interface PythonPeer {
  readonly tool: Tool;
  readonly name: string;
  /** Its own, and the one that does its work, which is called `on`. */
  readonly packages: readonly string[];
  readonly on?: string;
  /** The folder in bench whose requirements have it. */
  readonly benches: string;
}

const PYTHON_PEERS: readonly PythonPeer[] = [
  {
    tool: 'keras',
    name: 'Keras',
    packages: ['keras', 'tensorflow-cpu'],
    on: 'TensorFlow',
    benches: 'engine',
  },
  { tool: 'torch', name: 'PyTorch', packages: ['torch'], benches: 'engine' },
  { tool: 'torch-channels-last', name: 'PyTorch', packages: ['torch'], benches: 'engine' },
  {
    tool: 'keras-generator',
    name: "Keras' ImageDataGenerator",
    packages: ['keras', 'scipy'],
    on: 'SciPy',
    benches: 'augmentation',
  },
  {
    tool: 'torchvision',
    name: 'torchvision',
    packages: ['torchvision', 'pillow'],
    on: 'Pillow',
    benches: 'augmentation',
  },
  { tool: 'opentsne', name: 'openTSNE', packages: ['openTSNE'], benches: 'embedding' },
  { tool: 'sklearn', name: 'scikit-learn', packages: ['scikit-learn'], benches: 'embedding' },
];

const NPM_PEERS = { wireit: '0.14.13', turbo: '2.11.11' } as const;

export const FERMENT = fileURLToPath(new URL('../../bin/ferment.js', import.meta.url));

/**
 * The programs that are there. DVC and Snakemake are found by FERMENT_DVC and FERMENT_SNAKEMAKE or on the PATH; wireit
 * and turbo are installed, at the versions above, into a folder of the user's cache.
 */
export function findTools(): readonly (FoundTool | MissingTool)[] {
  return [
    findFerment(),
    python('dvc', 'DVC', 'FERMENT_DVC'),
    python('snakemake', 'Snakemake', 'FERMENT_SNAKEMAKE'),
    fromNpm('wireit', 'wireit'),
    fromNpm('turbo', 'turbo'),
    make(),
    ...PYTHON_PEERS.map(pythonPeer),
    { tool: 'node', name: 'node -e 0', version: process.version.slice(1), file: process.execPath },
  ];
}

/** This repository's own command, as it is built. */
export function findFerment(): FoundTool {
  return {
    tool: 'ferment',
    name: 'Ferment',
    version: versionOf(process.execPath, [FERMENT, '--version']),
    file: FERMENT,
  };
}

export function isFound(tool: FoundTool | MissingTool): tool is FoundTool {
  return 'file' in tool;
}

function python(tool: Tool, name: string, variable: string): FoundTool | MissingTool {
  const file = process.env[variable] ?? tool;
  const version = versionOf(file, ['--version']);
  return version === ''
    ? { tool, missing: `pip install ${tool}, or name the program in ${variable}` }
    : { tool, name, version, file };
}

/** A library in the Python of `FERMENT_PEERS_PYTHON`, by default that of a virtual environment in the user's cache. */
function pythonPeer({ tool, name, packages, on, benches }: PythonPeer): FoundTool | MissingTool {
  const folder = join(homedir(), '.cache', 'ferment-bench', 'python');
  const file = process.env['FERMENT_PEERS_PYTHON'] ?? join(folder, 'bin', 'python');
  const script = 'import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))';
  const { stdout, status } = spawnSync(file, ['-c', script, ...packages], { encoding: 'utf8' });
  const [version = '', library] = status === 0 ? stdout.trim().split(' ') : [];
  return version === ''
    ? {
        tool,
        missing: `python3 -m venv ${folder} && ${join(folder, 'bin', 'pip')} install -r bench/${benches}/requirements.txt`,
      }
    : { tool, name, version: library === undefined ? version : `${version} on ${on} ${library}`, file };
}

function make(): FoundTool | MissingTool {
  const version = versionOf('make', ['--version']);
  return version === ''
    ? { tool: 'make', missing: 'install GNU make' }
    : { tool: 'make', name: 'GNU make', version, file: 'make' };
}

function fromNpm(tool: keyof typeof NPM_PEERS, name: string): FoundTool | MissingTool {
  const version = NPM_PEERS[tool];
  const folder = join(homedir(), '.cache', 'ferment-bench', `${tool}-${version}`);
  const modules = join(folder, 'node_modules');
  if (!existsSync(join(modules, '.bin', tool))) {
    mkdirSync(folder, { recursive: true });
    try {
      const args = ['install', '--no-audit', '--no-fund', '--prefix', folder, `${tool}@${version}`];
      runQuietly({ file: 'npm', args }, folder);
    } catch (error) {
      return { tool, missing: String(error) };
    }
  }
  return { tool, name, version, file: join(modules, '.bin', tool), modules };
}

/** The first thing that looks like a version in what a program says; empty where it cannot be started. */
function versionOf(file: string, args: readonly string[]): string {
  const { stdout } = spawnSync(file, args, { encoding: 'utf8' });
  return /\d+(?:\.\d+)+/.exec(stdout ?? '')?.[0] ?? '';
}
