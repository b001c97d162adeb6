/** The Euclidean length of many numbers: `Math.hypot(...values)` overflows the stack from some hundred thousand on. */
export function lengthOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
