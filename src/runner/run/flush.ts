/** A result that took this long to make is worth waiting for the disk. */
export const WORTH_FLUSHING_MS = 10_000;

/** A disk that others keep busy must not hold up a run for ever. */
const PATIENCE_MS = 60_000;

/**
 * Puts everything that was written on the file systems of some paths on disk, so that a power cut cannot undo it. Node
 * has no syncfs(2), and syncing 36,000 files one by one takes minutes; `sync -f` is one call. Never fails: what is not
 * on disk after a power cut is noticed when it is verified, and made again.
 */
export async function flushToDisk(paths: readonly string[]): Promise<void> {
  // Loaded here: few commands run stages that take so long.
  const { execa } = await import('execa');
  const options = { timeout: PATIENCE_MS, reject: false } as const;
  const { failed } = await execa('sync', ['-f', ...paths], options);
  // Not everywhere does it know -f; without, it means all file systems.
  if (failed) await execa('sync', [], options);
}
