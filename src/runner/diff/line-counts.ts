/** How many lines came and went. */
export interface LineCounts {
  readonly added: number;
  readonly deleted: number;
}

/** Texts that differ in more lines than this are rewritten: nobody wants to know in how many lines exactly. */
const MOST_LINES = 1500;

/** Counts as `git diff --stat` does: by a longest common subsequence of lines. Undefined for texts that differ in too much. */
export function countLines(before: string, after: string): LineCounts | undefined {
  let [a, b] = [linesOf(before), linesOf(after)];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  [a, b] = [a.slice(same), b.slice(same)];
  while (a.length > 0 && b.length > 0 && a.at(-1) === b.at(-1)) [a, b] = [a.slice(0, -1), b.slice(0, -1)];
  if (a.length > MOST_LINES || b.length > MOST_LINES) return undefined;
  const common = longestCommon(a, b);
  return { added: b.length - common, deleted: a.length - common };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let above = new Uint32Array(b.length + 1);
  for (const line of a) {
    const row = new Uint32Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      row[j] = line === b[j - 1] ? (above[j - 1] ?? 0) + 1 : Math.max(above[j] ?? 0, row[j - 1] ?? 0);
    above = row;
  }
  return above[b.length] ?? 0;
}
