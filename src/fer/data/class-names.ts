import { CLASSES, type ClassName } from '../params/index.ts';

/** Other words that data sets use for the seven classes. */
const SYNONYMS: ReadonlyMap<string, ClassName> = new Map([
  ['anger', 'angry'],
  ['disgusted', 'disgust'],
  ['fearful', 'fear'],
  ['happiness', 'happy'],
  ['sadness', 'sad'],
  ['surprised', 'surprise'],
]);

/** The label of a class folder's name, in any case and as adjective or noun; undefined when it names no class. */
export function labelOfName(name: string): number | undefined {
  const word = name.toLowerCase();
  const label = CLASSES.findIndex((known) => known === (SYNONYMS.get(word) ?? word));
  return label < 0 ? undefined : label;
}

/** The name of a label. Throws RangeError outside 0 to 6. */
export function classOf(label: number): ClassName {
  const name = CLASSES[label];
  if (name === undefined) throw new RangeError(`A label is 0 to ${CLASSES.length - 1}. Received: ${label}`);
  return name;
}

/** One figure per class, in the order of CLASSES, as it goes into metrics. */
export type PerClass = Readonly<Record<ClassName, number>>;

/** Counts labels. */
export function countPerClass(labels: Iterable<number>): PerClass {
  const counts = Object.fromEntries(CLASSES.map((name) => [name, 0])) as Record<ClassName, number>;
  for (const label of labels) counts[classOf(label)]++;
  return counts;
}

/** One figure per class from a function of its name. */
export function mapClasses(value: (name: ClassName) => number): PerClass {
  return Object.fromEntries(CLASSES.map((name) => [name, value(name)])) as PerClass;
}
