import { describeEngine, type ScoreOptions, type Scores, scoreModel } from '../../fer/index.ts';
import { formatCount, prettyJson, printLine, renderTable } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

/** `fer evaluate MODEL DATA`: what a model's answers are worth. */
export async function evaluate(
  { json, ...options }: ScoreOptions & { readonly json?: boolean },
  { terminal }: ActionContext,
): Promise<void> {
  const scores = await scoreModel(options);
  const { info, engine, perClass, ...rest } = scores;
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
