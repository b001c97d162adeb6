import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { type Digest, digestOf } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { ParseCache } from './parse-cache.ts';
import { Problems } from './problems.ts';
import { parsePython } from './python/parse-python.ts';
import { type ReadText, readText } from './read-text.ts';
import { diagnosticAt, type Parse, parseYaml, type SourceFile, type SourceText } from './source-file.ts';
import { parseToml } from './toml-data.ts';

/** What a loading looked at: nothing else but its arguments decides what it finds. */
export interface Seen {
  /** Absolute paths with the digests of their texts; null where there was no file. */
  readonly texts: readonly (readonly [path: string, digest: Digest | null])[];
  /** Absolute paths of which only was asked whether something is there. */
  readonly places: readonly (readonly [path: string, isThere: boolean])[];
}

/** The files of one loading: each is read and parsed once, and every problem goes to one list. */
export class Workspace {
  readonly problems = new Problems();
  /** Absolute. */
  readonly root: string;
  readonly #cwd: string;
  readonly #read = new Map<string, SourceFile | undefined>();
  readonly #texts = new Map<string, ReadText>();
  readonly #asked = new Set<string>();
  readonly #places = new Map<string, boolean>();
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

  /** A text file, read once however often it is asked for. */
  text(path: string): ReadText {
    if (!this.#asked.has(path)) {
      this.#asked.add(path);
      this.onRead(path);
    }
    return this.#readOnce(path);
  }

  /** Whether something is there. */
  isThere(path: string): boolean {
    const known = this.#places.get(path) ?? existsSync(path);
    this.#places.set(path, known);
    return known;
  }

  /** All that was looked at so far; undefined when a file could not be read. */
  get seen(): Seen | undefined {
    const texts = [...this.#asked].map((path) => [path, digestIn(this.#readOnce(path))] as const);
    const readable = texts.flatMap(([path, digest]) =>
      digest === undefined ? [] : [[path, digest] as const],
    );
    return readable.length < texts.length ? undefined : { texts: readable, places: [...this.#places] };
  }

  /** Whether all that an earlier loading looked at is the same now; then it counts as looked at here. */
  isAsSeen({ texts, places }: Seen): boolean {
    const isSame =
      texts.every(([path, digest]) => digestIn(this.#readOnce(path)) === digest) &&
      places.every(([path, isThere]) => existsSync(path) === isThere);
    if (isSame) for (const [path] of texts) this.text(path);
    return isSame;
  }

  #readOnce(path: string): ReadText {
    const known = this.#texts.get(path) ?? readText(path);
    this.#texts.set(path, known);
    return known;
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
    if (!this.#read.has(path)) this.#read.set(path, this.#load(path, code));
    return this.#read.get(path);
  }

  #load(path: string, code: 'BAD_PIPELINE' | 'BAD_PARAMS'): SourceFile | undefined {
    const read = this.text(path);
    if (read.kind === 'missing') return undefined;
    const name = this.nameOf(path);
    const fail = (message: string, hint?: string): SourceFile => {
      this.problems.add(code, diagnosticAt({ name, text: '' }, { start: 0, end: 1 }, { message, hint }));
      return { name, text: '', data: null };
    };
    if (read.kind === 'unreadable') return fail(`The file cannot be used: ${read.reason}.`, read.hint);
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

/** Undefined for a file that cannot be read. */
function digestIn(read: ReadText): Digest | null | undefined {
  if (read.kind === 'missing') return null;
  return read.kind === 'text' ? digestOf(read.text) : undefined;
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
