// The square by keyboard: a step of an arrow is a share of the picture's shorter side, one of its size a share of its own.

const STEP = 0.02;
const GROWTH = 1.08;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LARGER = ['+', '=', 'ArrowUp', 'ArrowRight'];
const SMALLER = ['-', '−', 'ArrowDown', 'ArrowLeft'];

/**
 * Where a key moves a square `{x, y, side}` of a picture, with the side that a square has at most; undefined for other
 * keys. Shift makes the arrows change the size.
 */
export function movedBy({ key, shiftKey, ctrlKey, altKey, metaKey }, { x, y, side }, shorter) {
  if (ctrlKey || altKey || metaKey) return;
  const isArrow = key in ARROWS;
  if (isArrow && !shiftKey) {
    const [right, down] = ARROWS[key];
    return { x: x + right * STEP * shorter, y: y + down * STEP * shorter, side };
  }
  const factor = LARGER.includes(key) ? GROWTH : SMALLER.includes(key) ? 1 / GROWTH : undefined;
  if (factor === undefined) return;
  const grown = Math.min(shorter, side * factor);
  return { x: x + (side - grown) / 2, y: y + (side - grown) / 2, side: grown };
}

/** The face after the one that is looked at, in the order in which they were found; undefined where there is none. */
export function nextFace(faces, aimed) {
  return faces[(faces.indexOf(aimed) + 1) % faces.length];
}

/** What a screen reader says of a square. */
export function describe({ x, y, side }, { width, height }) {
  const share = (part, whole) => `${Math.round((100 * part) / whole)} %`;
  const centre = `${share(x + side / 2, width)} from the left, ${share(y + side / 2, height)} from the top`;
  return `Centre ${centre}; side ${share(side, Math.min(width, height))}`;
}
