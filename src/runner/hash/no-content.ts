import { FermentError } from '../../kit/index.ts';

/** Throws BAD_PATH. */
export function refuseSpecial(path: string): never {
  throw new FermentError('BAD_PATH', `${path} is neither a file nor a folder (a pipe, socket or device).`, {
    hint: 'Remove it, or keep it out of the folders that stages declare.',
  });
}

/** A name that was listed but cannot be found was removed meanwhile, or has bytes that are no UTF-8. Throws BAD_PATH. */
export function refuseBadName(path: string, name: string): void {
  if (!name.includes('\ufffd')) return;
  throw new FermentError('BAD_PATH', `The name of ${JSON.stringify(path)} is not valid UTF-8.`, {
    hint: 'Rename the file; names travel in JSON, which is UTF-8.',
  });
}
