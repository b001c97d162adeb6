type Point = readonly [x: number, y: number];

const SHARE = 0.3;
const MOST_PLACES = 160;
/** The difference of two numbers beyond it may be infinite. */
const LARGEST = 1e300;

/**
 * A line through a cloud: at each of up to 160 places a straight line fitted to the nearest 30 % of the points, near
 * ones weighing more (LOESS with tricube weights, degree 1; Cleveland 1979). Points must be sorted by x.
 */
export function loess(all: readonly Point[]): Point[] {
  const points = all.filter(([x, y]) => Math.abs(x) < LARGEST && Math.abs(y) < LARGEST);
  const size = Math.max(2, Math.ceil(points.length * SHARE));
  if (points.length <= 2) return [...points];
  const xs = [...new Set(points.map(([x]) => x))];
  const each = Math.ceil(xs.length / MOST_PLACES);
  const places = xs.filter((_, i) => i % each === 0 || i === xs.length - 1);
  let start = 0;
  return places.map((at): Point => {
    // The window of the nearest points only ever moves to the right.
    while (start + size < points.length && at - xAt(points, start) > xAt(points, start + size) - at) start++;
    return [at, fitAt(points.slice(start, start + size), at)];
  });
}

function xAt(points: readonly Point[], index: number): number {
  return points[index]?.[0] ?? 0;
}

/** In units of the window's width and height: sums of squares of very large or small numbers mean nothing. */
function fitAt(window: readonly Point[], at: number): number {
  let [reach, height] = [0, 0];
  for (const [x, y] of window) {
    reach = Math.max(reach, Math.abs(x - at));
    height = Math.max(height, Math.abs(y));
  }
  reach ||= 1;
  height ||= 1;
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of window) {
    const d = (x - at) / reach;
    // A point at the very edge still counts a little, so that two points give a line.
    const weight = (1 - (Math.abs(d) / 1.0001) ** 3) ** 3;
    w += weight;
    wx += weight * d;
    wy += weight * (y / height);
    wxx += weight * d * d;
    wxy += weight * d * (y / height);
  }
  const determinant = w * wxx - wx * wx;
  const isFlat = Math.abs(determinant) < 1e-12 * Math.max(1, wxx * w);
  return height * (isFlat ? wy / w : (wy * wxx - wxy * wx) / determinant);
}
