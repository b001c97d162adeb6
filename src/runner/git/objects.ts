import { spawn } from 'node:child_process';
import { FermentError } from '../../kit/index.ts';
import { MAKE_WHOLE, promisorOf } from './partial-clone.ts';

/** An object of a git repository. */
export interface GitObject {
  /** Hexadecimal. */
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * The objects with these names (`<id>`, `<commit>^{tree}`), in order, from one process of git, which fetches what a
 * partial clone has left out. Throws UNREADABLE when git fails, and for an object that the repository does not have or
 * has damaged: what it names is then unknown.
 */
export async function* readGitObjects(root: string, names: readonly string[]): AsyncGenerator<GitObject> {
  if (names.length === 0) return;
  const child = spawn('git', ['-C', root, 'cat-file', '--batch', '--buffer'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(`${names.join('\n')}\n`);
  const input = new Input(child.stdout);
  try {
    for (const name of names) {
      const header = await input.line();
      if (header === undefined) break;
      // <id> SP <type> SP <size> LF <bytes> LF, or <name> SP missing LF
      const match = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header);
      if (match === null) throw unreadable(root, `git has no object ${name}`, complaint);
      const bytes = await input.take(Number(match[3]));
      await input.take(1);
      yield { id: match[1] ?? '', type: match[2] ?? '', bytes };
    }
    if ((await ended) !== 0) throw unreadable(root, 'git cat-file failed', complaint);
  } finally {
    child.kill();
  }
}

function unreadable(root: string, problem: string, complaint: string): FermentError {
  if (promisorOf(root) !== undefined)
    return new FermentError(
      'UNREADABLE',
      `${root} is a partial clone, and something that it lacks cannot be fetched: ${/^fatal: .*/m.exec(complaint)?.[0] ?? complaint.trim()}`,
      { hint: `Try again when its remote can be reached, or fetch all that it lacks: ${MAKE_WHOLE}` },
    );
  return new FermentError('UNREADABLE', `${problem} in ${root}.`, {
    hint: 'See what git says itself: git fsck',
  });
}

/** One entry of a tree object: a blob, a folder's tree, or something else (a link, a submodule). */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'other';
  readonly name: string;
  readonly id: string;
}

/** The entries of a tree object: `<mode> SP <name> NUL <id as bytes>`, as git's documentation of objects has it. */
export function parseTree({ id, bytes }: GitObject): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0) break;
    const mode = bytes.toString('latin1', at, space);
    const kind = /^100/.test(mode) ? 'file' : mode === '40000' ? 'folder' : 'other';
    at = end + 1 + id.length / 2;
    entries.push({
      kind,
      name: bytes.toString('utf8', space + 1, end),
      id: bytes.toString('hex', end + 1, at),
    });
  }
  return entries;
}

/** A stream, to be taken line by line and byte by byte. */
class Input {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: NodeJS.ReadableStream) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      this.#rest = Buffer.concat([this.#rest, chunk]);
    }
  }

  async take(length: number): Promise<Buffer> {
    const parts = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      parts.push(chunk);
      have += chunk.length;
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#chunks.next();
    return done === true ? undefined : value;
  }
}
