import { describeEngine, type ScoreOptions, type Scores, scoreModel } from '../../fer/index.ts';
import { formatCount, prettyJson, printLine, renderTable, someOf } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

/** `fer evaluate MODEL DATA`: what a model's answers are worth. */
export async function evaluate(
  { json, ...options }: ScoreOptions & { readonly json?: boolean },
  { terminal }: ActionContext,
): Promise<void> {
  const scores = await scoreModel(options);
  const { info, engine, perClass, passedOver, ...rest } = scores;
  for (const line of remarks(scores)) printLine(terminal.stderr, line);
  if (json === true) {
    const named = Object.fromEntries(info.classes.map((name, k) => [name, perClass[k]]));
    terminal.stdout.write(prettyJson({ architecture: info.architecture, ...rest, perClass: named }));
    return;
  }
  printLine(terminal.stderr, describeEngine(engine));
  printLine(
    terminal.stdout,
    `${info.architecture} on ${formatCount(scores.images)} images: ${headline(scores)}`,
  );
  printLine(terminal.stdout, '');
  printLine(terminal.stdout, table(scores));
}

/** So many names are told; the rest are counted. */
const MOST_NAMED = 5;

/** What people should know before they believe the figures. */
function remarks({ info, perClass, passedOver }: Scores): string[] {
  const absent = info.classes.filter((_, k) => perClass[k]?.support === 0);
  const quoted = passedOver.map((name) => `'${name}'`);
  return [
    ...(quoted.length === 0
      ? []
      : [`Left alone, as no class or no JPEG or PNG file: ${someOf(quoted, MOST_NAMED)}.`]),
    ...(absent.length === 0
      ? []
      : [`No image of ${absent.join(', ')}: the F1 of such a class counts 0 in the macro-F1.`]),
  ];
}

function headline({ accuracy, macroF1, logLoss }: Scores): string {
  return `accuracy ${percent(accuracy)}, macro-F1 ${percent(macroF1)}, log loss ${logLoss.toFixed(4)}`;
}

function table({ info, perClass }: Scores): string {
  const rows = info.classes.map((name, k) => {
    const { precision = 0, recall = 0, f1 = 0, support = 0, predicted = 0 } = perClass[k] ?? {};
    return [
      name,
      percent(precision),
      percent(recall),
      percent(f1),
      formatCount(support),
      formatCount(predicted),
    ];
  });
  const header = ['class', 'precision', 'recall', 'F1', 'images', 'answers'];
  return renderTable([header, ...rows], { right: [1, 2, 3, 4, 5] });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
