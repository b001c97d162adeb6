import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isFolder } from '../../kit/index.ts';
import { readText } from '../load/read-text.ts';

/** Where DVC keeps what belongs to a project. */
export interface DvcFolder {
  /** The folder that holds `.dvc`: the project's or one above it. Absolute. */
  readonly root: string;
  /** Absolute. */
  readonly cache: string;
}

/** The DVC repository that a folder is in, or undefined when there is none. */
export function findDvcFolder(folder: string, env: NodeJS.ProcessEnv): DvcFolder | undefined {
  for (let root = resolve(folder); ; root = dirname(root)) {
    const place = join(root, '.dvc');
    if (isFolder(place)) return { root, cache: cacheOf(place, env) };
    if (dirname(root) === root) return undefined;
  }
}

/** `cache.dir` of the last of DVC's configuration files that has one; it is relative to the file's folder. */
function cacheOf(place: string, env: NodeJS.ProcessEnv): string {
  const folders = [...systemFolders(env).map((folder) => join(folder, 'config'))];
  const files = [...folders, join(place, 'config'), join(place, 'config.local')];
  let cache = join(place, 'cache');
  for (const file of files) {
    const dir = existsSync(file) ? readSetting(file, 'cache', 'dir') : undefined;
    if (dir === undefined) continue;
    const expanded = dir.replace(/^~(?=\/|$)/, homedir());
    cache = isAbsolute(expanded) ? expanded : resolve(dirname(file), expanded);
  }
  return cache;
}

/** The folders of DVC's own settings for a machine and for a user, as platformdirs names them. */
function systemFolders(env: NodeJS.ProcessEnv): string[] {
  const user =
    process.platform === 'darwin'
      ? join(homedir(), 'Library/Application Support/dvc')
      : join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'dvc');
  const system =
    process.platform === 'darwin'
      ? '/Library/Application Support/dvc'
      : join((env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':')[0] ?? '/etc/xdg', 'dvc');
  return [env['DVC_SYSTEM_CONFIG_DIR'] || system, env['DVC_GLOBAL_CONFIG_DIR'] || user];
}

/** One value of a configuration file: `[section]`, then `key = value`; quotes around either are dropped. */
function readSetting(file: string, section: string, key: string): string | undefined {
  const read = readText(file);
  if (read.kind !== 'text') return undefined;
  let current = '';
  let found: string | undefined;
  for (const line of read.text.split(/\r?\n/)) {
    const head = /^\s*\[\s*(.*?)\s*\]\s*(?:#.*)?$/.exec(line);
    if (head !== null) current = unquoted(head[1] ?? '');
    const pair = /^\s*([^=#\s]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair !== null && current === section && pair[1] === key) found = settingValue(pair[2] ?? '');
  }
  return found === '' ? undefined : found;
}

function settingValue(text: string): string {
  const quoted = /^(["'])(.*?)\1/.exec(text);
  return quoted?.[2] ?? text.replace(/\s+#.*$/, '');
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2');
}
