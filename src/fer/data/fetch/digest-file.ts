import { hashFile } from 'hasha';
import { FermentError } from '../../../kit/index.ts';
import { explainReadError } from '../read-error.ts';

/** The SHA-256 of a file, computed in a worker thread. Rejects with the system's error when it cannot be read. */
export function digestFile(path: string): Promise<string> {
  return hashFile(path, { algorithm: 'sha256' });
}

/**
 * The same, after comparing it with what a parameter asks for. Throws DATA_CHECKSUM when they differ, DATA_DAMAGED when
 * it cannot be read.
 */
export async function verifyFile(path: string, sha256: string | null): Promise<string> {
  const found = await digestFile(path).catch((error: unknown) => {
    throw explainReadError(error, path);
  });
  if (sha256 === null || sha256 === found) return found;
  throw new FermentError('DATA_CHECKSUM', `${path} must have the SHA-256 ${sha256}. Received: ${found}.`, {
    hint: 'Get the file again, or correct download.sha256 in params.yaml.',
  });
}
