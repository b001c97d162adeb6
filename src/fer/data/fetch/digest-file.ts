import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FermentError } from '../../../kit/index.ts';
import { explainReadError } from '../read-error.ts';

/** The SHA-256 of a file, read as a stream. Rejects with the system's error when it cannot be read. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/** The same, after comparing it with what a parameter asks for. Throws DATA_CHECKSUM when they differ, DATA_DAMAGED when it cannot be read. */
export async function verifyFile(path: string, sha256: string | null): Promise<string> {
  const found = await digestFile(path).catch((error: unknown) => {
    throw explainReadError(error, path);
  });
  if (sha256 === null || sha256 === found) return found;
  throw new FermentError('DATA_CHECKSUM', `${path} must have the SHA-256 ${sha256}. Received: ${found}.`, {
    hint: 'Get the file again, or correct download.sha256 in params.yaml.',
  });
}
