import { join } from 'node:path';
import { writeNpy } from '../../src/fer/index.ts';
import { createRandom } from '../../src/kit/index.ts';

const COLUMNS = 50;
/** Of FER2013's test images: angry, disgust, fear, happy, sad, surprise, neutral. */
const SHARES = [0.133, 0.015, 0.143, 0.247, 0.174, 0.116, 0.172];
const GROUPS = 3;

/**
 * Writes `embeddings.npy` float32 `[n, 50]` and `labels.npy`: classes as uneven as FER2013's, each of three overlapping
 * groups, with variances that fall from column to column as those of principal components do.
 */
export function writeFeatures(folder: string, n: number): void {
  const random = createRandom(1, 'features');
  const scale = Float64Array.from({ length: COLUMNS }, (_, j) => 1 / Math.sqrt(1 + j / 3));
  const centres = Array.from({ length: GROUPS * SHARES.length }, () =>
    scale.map((deviation) => 0.8 * deviation * random.normal()),
  );
  const data = new Float32Array(n * COLUMNS);
  const labels = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const label = classAt(random.next());
    labels[i] = label;
    const centre = centres[GROUPS * label + random.below(GROUPS)];
    for (let j = 0; j < COLUMNS; j++)
      data[i * COLUMNS + j] = (centre?.[j] ?? 0) + random.normal() * (scale[j] ?? 0);
  }
  writeNpy(join(folder, 'embeddings.npy'), { dtype: 'float32', shape: [n, COLUMNS], data });
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [n], data: labels });
}

function classAt(share: number): number {
  let left = share;
  const found = SHARES.findIndex((own) => {
    left -= own;
    return left < 0;
  });
  return found < 0 ? SHARES.length - 1 : found;
}
