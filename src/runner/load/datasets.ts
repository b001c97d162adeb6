import { didYouMean } from '../../kit/index.ts';
import { isObject } from '../schema/json-schema.ts';
import type { Complaint } from './problems.ts';

const ADDRESS = 'ds://';

/** The name in a dep `ds://name`; undefined for other deps. */
export function datasetName(dep: string): string | undefined {
  return dep.startsWith(ADDRESS) ? dep.slice(ADDRESS.length) : undefined;
}

/**
 * Where the data set of that name stands in the pipeline file, as a dotted key: what is said of it there (address,
 * revision, path) is the input. Or what is wrong with it.
 */
export function datasetKey(name: string, datasets: unknown): string | Complaint {
  const list: readonly unknown[] = Array.isArray(datasets) ? datasets : [];
  const names = list.flatMap((one) =>
    isObject(one) && typeof one['name'] === 'string' ? [one['name']] : [],
  );
  const index = list.findIndex((one) => isObject(one) && one['name'] === name);
  if (index < 0) {
    const hint = didYouMean(name, names) ?? "Add it to 'datasets' at the top of the file.";
    return { message: `There is no data set '${name}'.`, hint };
  }
  if (!JSON.stringify(list[index]).includes('${')) return `datasets[${index}]`;
  return {
    message: `The data set '${name}' holds templates, whose values no stage could depend on.`,
    hint: 'Write its values out.',
  };
}
