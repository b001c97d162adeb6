import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is cut, so that a program without line breaks cannot fill the memory. */
const MAX_LINE = 64 * 1024;

/** Cuts chunks of bytes into lines of text. */
class LineCutter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** The lines that are complete now, without their line breaks. */
  push(chunk: Uint8Array): readonly string[] {
    const text =
      this.#rest + this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_LINE) {
      lines.push(this.#rest);
      this.#rest = '';
    }
    return lines;
  }

  /** What came after the last line break. */
  end(): readonly string[] {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

/** Hands out the lines of a stream as they become complete; resolves when it has closed. */
export function readLines(
  stream: Readable | null,
  onLines: (lines: readonly string[]) => void,
): Promise<void> {
  if (stream === null) return Promise.resolve();
  const cutter = new LineCutter();
  const emit = (lines: readonly string[]): void => {
    if (lines.length > 0) onLines(lines);
  };
  return new Promise((resolve) => {
    stream.on('data', (chunk: Uint8Array) => emit(cutter.push(chunk)));
    // Only after destroy(): nobody listens any more.
    stream.on('error', () => {});
    stream.once('close', () => {
      emit(cutter.end());
      resolve();
    });
  });
}

const SECRET_NAME = /TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIAL/i;

/** True for an environment variable whose value must not be written down. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** What is shorter stands in other words, too: with a password `on` a log would be full of stars. */
const MIN_SECRET = 8;

/** Replaces the values of secret environment variables in a line by `***`: of those of several lines, each line. */
export function createRedactor(env: NodeJS.ProcessEnv): (line: string) => string {
  const secrets = Object.entries(env)
    .filter(([name]) => isSecretName(name))
    .flatMap(([, value]) => (value ?? '').split(/\r?\n/))
    .filter((line) => line.trim().length >= MIN_SECRET)
    // A secret that contains another one goes first.
    .sort((a, b) => b.length - a.length);
  if (secrets.length === 0) return (text) => text;
  return (text) => secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
}
