/** The contrast of two colours (WCAG 2.1): 1 for equal ones, 21 for black on white. */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** What is seen of a colour through which the ground shines, as `#rrggbb`. */
export function blend(color: string, opacity: number, ground: string): string {
  const [over, under] = [channels(color), channels(ground)];
  return `#${over
    .map((value, i) => Math.round(opacity * value + (1 - opacity) * (under[i] ?? 0)))
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** `#fff` and `#rrggbb`. */
function channels(color: string): number[] {
  const digits = color.slice(1);
  const size = digits.length / 3;
  return [0, 1, 2].map((i) => {
    const text = digits.slice(i * size, (i + 1) * size);
    return Number.parseInt(size === 1 ? text + text : text, 16);
  });
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
