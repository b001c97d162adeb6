/** `resnet-2` is the second run of the net `resnet`; what has no number is the first of its own name. */
export function runOf(key: string): { readonly base: string; readonly run: number } {
  const [, base = key, run = '1'] = /^(.+)-(\d+)$/.exec(key) ?? [];
  return { base, run: Number(run) };
}
