import { answerFiles } from '../../fer/index.ts';
import { escapeControl, prettyJson, printLine, renderTable } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

interface PredictFilesOptions {
  readonly model: string;
  readonly device: Parameters<typeof answerFiles>[1]['device'];
  readonly json?: boolean;
}

/** `fer predict FILE…`: the most probable class of each image, and the next one. */
export async function predictFiles(
  files: readonly string[],
  { json, ...options }: PredictFilesOptions,
  { terminal }: ActionContext,
): Promise<void> {
  const answers = await answerFiles(files, options);
  if (json === true) {
    terminal.stdout.write(prettyJson(answers));
    return;
  }
  const rows = answers.map(({ file, probabilities }) => {
    const [first, second] = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
    return [escapeControl(file), ...wordsOf(first), ...wordsOf(second)];
  });
  printLine(terminal.stdout, renderTable(rows, { right: [2, 4], columns: terminal.stdout.columns }));
}

function wordsOf(answer: readonly [string, number] | undefined): [string, string] {
  return answer === undefined ? ['', ''] : [answer[0], `${(100 * answer[1]).toFixed(1)} %`];
}
