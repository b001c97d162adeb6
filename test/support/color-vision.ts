/*
 * Colours as people see them who lack one kind of cone, by the matrices of Machado, Oliveira and Fernandes (2009) at
 * full severity, in linear light.
 */
const SIGHT = {
  trichromat: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanope: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

type Sight = keyof typeof SIGHT;
export const SIGHTS = Object.keys(SIGHT) as readonly Sight[];

/** How far apart two colours `#rrggbb` look (CIE 1976): 100 from black to white, 2 is just noticed side by side. */
export function difference(one: string, other: string, sight: Sight): number {
  const [a, b] = [labOf(one, sight), labOf(other, sight)];
  return Math.hypot(...a.map((value, i) => value - (b[i] ?? 0)));
}

function labOf(color: string, sight: Sight): readonly number[] {
  const light = [1, 3, 5].map((i) => {
    const share = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const times = (rows: readonly (readonly number[])[], values: readonly number[]): number[] =>
    rows.map((row) => row.reduce((sum, factor, i) => sum + factor * (values[i] ?? 0), 0));
  const seen = times(SIGHT[sight], light).map((value) => Math.min(1, Math.max(0, value)));
  const [x = 0, y = 0, z = 0] = times(XYZ, seen).map((value) =>
    value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116,
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** From linear sRGB to XYZ as shares of its white. */
const XYZ = [
  [0.433953, 0.376219, 0.189828],
  [0.212673, 0.715152, 0.072175],
  [0.017758, 0.109477, 0.872765],
] as const;
