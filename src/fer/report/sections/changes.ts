import { literalMarkdown, plural } from '../../../kit/index.ts';
import { type Block, heading, note, paragraph } from '../document.ts';
import type { EarlierResults } from '../earlier-results.ts';
import type { Results } from '../results.ts';
import { inModelOrder, modelName, percent, points } from './format.ts';

/** What is compared: the name of the column, and where it stands in the metrics of an evaluation. */
const SCORES: readonly { readonly name: string; readonly at: readonly string[] }[] = [
  { name: 'accuracy', at: ['accuracy'] },
  { name: 'macro-F1', at: ['macroF1'] },
  { name: 'ECE', at: ['calibration', 'ece'] },
];

/** What differs from the results of an earlier commit; nothing where there are none. */
export function changesSection(results: Results, earlier: EarlierResults | undefined): Block[] {
  if (earlier === undefined) return [];
  const { commit, date, subject, changed } = earlier;
  const files = `Of the metrics files, ${changed.length} ${changed.length === 1 ? 'differs' : 'differ'}: ${listed(changed)}.`;
  return [
    heading(2, 'What changed'),
    paragraph(
      `Beside the last commit with other results, \`${commit}\` of ${date}, “${literalMarkdown(subject)}”. ${files} \`ferment metrics diff ${commit}\` shows every number.`,
    ),
    scoresThenAndNow(results, earlier),
  ];
}

/** Scores on other images cannot be compared: then nothing stands side by side. */
function scoresThenAndNow(results: Results, earlier: EarlierResults): Block {
  if (hasOtherImages(results, earlier))
    return note('The test images were others then, so that scores of then and now do not compare.');
  const rows = rowsOf(results, earlier);
  if (rows.length === 0)
    return paragraph('Accuracy, macro-F1 and calibration error on the test split are the same.');
  return {
    kind: 'table',
    caption: 'Test split, then and now, in per cent',
    rows: [['model', 'score', 'then', 'now', 'change'], ...rows],
    right: [2, 3, 4],
  };
}

function rowsOf(results: Results, earlier: EarlierResults): string[][] {
  const names = new Set([...results.evaluation.keys(), ...earlier.models]);
  return inModelOrder([...names].map((key) => [key, results.evaluation.get(key)] as const)).flatMap(
    ([key, now]) => {
      const then = earlier.read(`evaluate/${key}.json`);
      return SCORES.flatMap(({ name, at }) => {
        const [old, fresh] = [numberAt(then, at), numberAt(now, at)];
        if (old === fresh) return [];
        const change = old === undefined ? 'new' : fresh === undefined ? 'gone' : points(fresh - old);
        return [[modelName(key), name, percent(old), percent(fresh), change]];
      });
    },
  );
}

function hasOtherImages({ packed }: Results, earlier: EarlierResults): boolean {
  const digest = (value: unknown): unknown => textAt(value, ['splits', 'test', 'pixelDigest']);
  const then = digest(earlier.read('to-rgb.json'));
  return then !== undefined && then !== digest(packed);
}

function listed(files: readonly string[]): string {
  const stages = new Map<string, string[]>();
  for (const file of files) {
    const [folder = '', name] = file.replace(/\.(?:json|csv)$/, '').split('/');
    stages.set(folder, [...(stages.get(folder) ?? []), ...(name === undefined ? [] : [name])]);
  }
  return [...stages]
    .map(([folder, names]) => {
      const unique = [...new Set(names)];
      if (unique.length === 0) return folder;
      return unique.length > 3
        ? `${folder} (${plural(unique.length, 'run')})`
        : `${folder} of ${unique.join(', ')}`;
    })
    .join('; ');
}

function numberAt(value: unknown, path: readonly string[]): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' ? found : undefined;
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' ? found : undefined;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null ? (inside as Record<string, unknown>)[key] : undefined,
    value,
  );
}
