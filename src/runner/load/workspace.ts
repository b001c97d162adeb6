import { isAbsolute, join, relative, resolve } from 'node:path';
import type { ProjectPath } from '../model.ts';
import { ParseCache } from './parse-cache.ts';
import { Problems } from './problems.ts';
import { parsePython } from './python/parse-python.ts';
import { readText } from './read-text.ts';
import { diagnosticAt, type Parse, parseYaml, type SourceFile, type SourceText } from './source-file.ts';
import { parseToml } from './toml-data.ts';

/** The files of one loading: each is read and parsed once, and every problem goes to one list. */
export class Workspace {
  readonly problems = new Problems();
  /** Absolute. */
  readonly root: string;
  readonly #cwd: string;
  readonly #read = new Map<string, SourceFile | undefined>();
  readonly #paths = new WeakMap<SourceText, string>();
  readonly #cache: ParseCache;

  /** Told the absolute path of each file that loading reads or looks for. */
  readonly onRead: (path: string) => void;

  constructor(root: string, cwd: string, onRead: (path: string) => void = () => {}) {
    this.onRead = onRead;
    this.root = root;
    this.#cwd = cwd;
    this.#cache = new ParseCache(root);
  }

  /** Remembers what was parsed for the next command. */
  saveCache(): void {
    this.#cache.save();
  }

  /** A path as the user would type it where they are. */
  nameOf(absolute: string): string {
    const name = relative(this.#cwd, absolute);
    return name === '' || (isAbsolute(name) && name !== absolute) ? absolute : name;
  }

  /** Where a file that was read here lies. */
  pathOf(source: SourceText): string {
    return this.#paths.get(source) ?? resolve(this.#cwd, source.name);
  }

  /** True while a file that was read here has the same text; also for what came from the command line. */
  isCurrent(source: SourceText): boolean {
    const path = this.#paths.get(source);
    if (path === undefined) return true;
    const now = readText(path);
    return now.kind === 'text' && now.text === source.text;
  }

  /** Reads a YAML, JSON, TOML or Python file of the project; undefined when there is none. Problems are collected. */
  read(file: ProjectPath, code: 'BAD_PIPELINE' | 'BAD_PARAMS'): SourceFile | undefined {
    return this.readAbsolute(isAbsolute(file) ? file : join(this.root, file), code);
  }

  readAbsolute(path: string, code: 'BAD_PIPELINE' | 'BAD_PARAMS'): SourceFile | undefined {
    if (!this.#read.has(path)) {
      this.onRead(path);
      this.#read.set(path, this.#load(path, code));
    }
    return this.#read.get(path);
  }

  #load(path: string, code: 'BAD_PIPELINE' | 'BAD_PARAMS'): SourceFile | undefined {
    const read = readText(path);
    if (read.kind === 'missing') return undefined;
    const name = this.nameOf(path);
    const fail = (message: string, hint?: string): SourceFile => {
      this.problems.add(code, diagnosticAt({ name, text: '' }, { start: 0, end: 1 }, { message, hint }));
      return { name, text: '', data: null };
    };
    if (read.kind === 'unreadable') return fail(`The file cannot be used: ${read.reason}.`);
    const format = formatOf(path);
    if (format === undefined || (code === 'BAD_PIPELINE' && format !== 'yaml')) {
      return fail(
        code === 'BAD_PIPELINE'
          ? 'A pipeline file must be YAML or JSON (.yaml, .yml, .json).'
          : 'A parameter file must be YAML, JSON, TOML or Python (.yaml, .yml, .json, .toml, .py).',
        'Give it the ending of its format.',
      );
    }
    const { data, problems } = this.#cache.get(read.text, format, PARSERS[format]);
    const source = { name, text: read.text, data };
    for (const problem of problems) this.problems.addAt(code, source, problem, problem);
    this.#paths.set(source, path);
    return source;
  }
}

/** The formats that parameter files may have; JSON is read as the YAML that it is. */
const PARSERS = { yaml: parseYaml, toml: parseToml, python: parsePython } as const satisfies Record<
  string,
  Parse
>;

function formatOf(path: string): keyof typeof PARSERS | undefined {
  if (/\.(ya?ml|json)$/i.test(path)) return 'yaml';
  if (/\.toml$/i.test(path)) return 'toml';
  return /\.py$/i.test(path) ? 'python' : undefined;
}
