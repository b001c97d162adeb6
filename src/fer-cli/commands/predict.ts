import { answerFiles } from '../../fer/index.ts';
import { escapeControl, plural, prettyJson, printLine, printWarning, renderTable } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

interface PredictFilesOptions {
  readonly model: string;
  readonly device: Parameters<typeof answerFiles>[1]['device'];
  readonly json?: boolean;
}

/** `fer predict FILE…`, also folders: the most probable class of each image, and the next one. */
export async function predictFiles(
  files: readonly string[],
  { json, ...options }: PredictFilesOptions,
  { terminal }: ActionContext,
): Promise<void> {
  const { answers, resized } = await answerFiles(files, options);
  if (resized > 0) printWarning(terminal, wholeText(resized, answers.length));
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

/** No face is looked for: whoever gives a photograph must know what was answered. */
function wholeText(resized: number, all: number): string {
  const which =
    resized === all && all === 1
      ? 'The picture is'
      : `${plural(resized, 'picture')} of ${all} ${resized === 1 ? 'is' : 'are'}`;
  return `${which} not 48 x 48: what is answered is the middle square, whole. A face should fill it.`;
}

function wordsOf(answer: readonly [string, number] | undefined): [string, string] {
  return answer === undefined ? ['', ''] : [answer[0], `${(100 * answer[1]).toFixed(1)} %`];
}
