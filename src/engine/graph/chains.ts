import type { Form, Step, WeightedForm } from './step.ts';

/** A product and what follows it and nothing else reads: one operation in inference. Steps by their index. */
export interface Chain {
  readonly product: number;
  /** The batch norm that goes into the kernel. */
  readonly norm?: number;
  /** The sum with another step's output. */
  readonly sum?: { readonly step: number; readonly other: number };
  readonly activation?: number;
  /** The step whose output the chain gives. */
  readonly end: number;
}

/**
 * The chains of a graph by their ends: after each product its batch norm, after a convolution also a sum and an
 * activation, as long as only the next one reads it and it is not wanted itself.
 */
export function findChains(steps: readonly Step[], wanted: readonly number[]): ReadonlyMap<number, Chain> {
  const readers = steps.map((_, i) =>
    steps.flatMap(({ inputs }, reader) => inputs.flatMap((input) => (input === i ? [reader] : []))),
  );
  const sums = new Set<number>();
  const follow = (i: number, fits: (form: Form) => boolean): number | undefined => {
    const [reader = -1, ...others] = readers[i] ?? [];
    const form = steps[reader]?.form;
    const isFree = others.length === 0 && !wanted.includes(i) && !sums.has(reader);
    return form !== undefined && isFree && fits(form) ? reader : undefined;
  };
  const chains = new Map<number, Chain>();
  for (const [product, { form }] of steps.entries()) {
    if (form.kind !== 'weighted') continue;
    const chain = chainFrom(steps, product, form, follow);
    if (chain.sum !== undefined) sums.add(chain.sum.step);
    chains.set(chain.end, chain);
  }
  return chains;
}

function chainFrom(
  steps: readonly Step[],
  product: number,
  { operation, bias }: WeightedForm,
  follow: (i: number, fits: (form: Form) => boolean) => number | undefined,
): Chain {
  const norm = follow(product, isBatchNorm);
  const scaled = norm ?? product;
  const start = norm === undefined ? { product } : { product, norm };
  if (operation === 'MatMul' || (norm === undefined && bias === undefined)) return { ...start, end: scaled };
  const step = operation === 'Conv2D' ? follow(scaled, isSum) : undefined;
  const other = steps[step ?? -1]?.inputs.find((input) => input !== scaled);
  const sum = step === undefined || other === undefined ? undefined : { step, other };
  const summed = sum?.step ?? scaled;
  const activation = follow(summed, isActivation);
  return {
    ...start,
    ...(sum === undefined ? {} : { sum }),
    ...(activation === undefined ? {} : { activation }),
    end: activation ?? summed,
  };
}

function isBatchNorm(form: Form): boolean {
  return form.kind === 'batch-norm';
}

function isSum(form: Form): boolean {
  return form.kind === 'plain' && form.operation === 'AddV2';
}

function isActivation(form: Form): boolean {
  return form.kind === 'plain' && (form.operation === 'Relu' || form.operation === 'Relu6');
}
