/** How many of the numbers that the last layer reads tell images apart at all. */
export interface ActiveUnits {
  /** Width of the embedding: what the last dense layer reads. */
  readonly units: number;
  /** Those that are not the same number for every image: a dead ReLU is 0 for each. */
  readonly active: number;
}

/** Counts them in embeddings `[n, units]`, row-major. Of one image, or none, no unit is active. */
export function activeUnits(embeddings: Float32Array, units: number): ActiveUnits {
  let active = 0;
  for (let unit = 0; unit < units; unit++) if (differs(embeddings, unit, units)) active++;
  return { units, active };
}

function differs(embeddings: Float32Array, unit: number, units: number): boolean {
  const first = embeddings[unit];
  for (let at = unit + units; at < embeddings.length; at += units) if (embeddings[at] !== first) return true;
  return false;
}

/**
 * What is wrong with a model whose last layer reads fewer active units than the classes have degrees of freedom, as the
 * rest of a sentence; undefined for a sound one. The probabilities of k classes are k - 1 free numbers, so that fewer
 * units bind some classes to others, whatever the last layer learns.
 */
export function tooFewUnits({ units, active }: ActiveUnits, classCount: number): string | undefined {
  const needed = classCount - 1;
  if (active >= needed) return undefined;
  const some = active === 0 ? 'none' : `only ${active}`;
  return `${some} of the ${units} units before the last layer ${active > 1 ? 'tell' : 'tells'} images apart (the others answer all of them with the same number), and ${classCount} classes need ${needed}`;
}
