import { type Answers, annotateFiles, answerFiles, requireOutFolder, shippedModel } from '../../fer/index.ts';
import {
  escapeControl,
  FermentError,
  plural,
  prettyJson,
  printLine,
  printWarning,
  renderTable,
} from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

interface PredictFilesOptions {
  readonly model?: string;
  readonly device: Parameters<typeof answerFiles>[1]['device'];
  /** Folder for pictures with the squares drawn in. */
  readonly annotate?: string;
  readonly json?: boolean;
}

/**
 * `fer predict FILE…`, also folders: the most probable class of each face, and the next one. Throws BAD_IMAGE, after
 * the answers, with all files that have none.
 */
export async function predictFiles(
  files: readonly string[],
  { json, model = shippedModel(), device, annotate }: PredictFilesOptions,
  { terminal }: ActionContext,
): Promise<void> {
  // Before the work; and the answers are said before the drawings, of which one may fail.
  if (annotate !== undefined) requireOutFolder(annotate);
  const { answers, unread, ...rest } = await answerFiles(files, { model, device });
  if (rest.unfound > 0) printWarning(terminal, wholeText(rest));
  if (json === true) terminal.stdout.write(prettyJson(answers));
  else if (answers.length > 0) printLine(terminal.stdout, tableOf(answers, terminal.stdout.columns));
  if (annotate !== undefined) await annotateFiles(answers, annotate);
  if (unread.length > 0) throw withoutAnswer(unread);
}

/** So many are named; the rest are counted. */
const MOST_NAMED = 20;

function withoutAnswer(unread: Answers['unread']): FermentError {
  const more = unread.length - MOST_NAMED;
  const named = unread.slice(0, MOST_NAMED).map(({ file, reason }) => `${escapeControl(file)}: ${reason}`);
  const lines = [...named, ...(more > 0 ? [`and ${more} more`] : [])];
  return new FermentError(
    'BAD_IMAGE',
    `No answer for ${plural(unread.length, 'file')}, which cannot be read as a picture:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    { hint: 'Leave out what is named here, or take other copies. The answers to the others stand.' },
  );
}

function tableOf(answers: Answers['answers'], columns: number | undefined): string {
  const rows = answers.map(({ file, face, probabilities }) => {
    const [first, second] = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
    return [escapeControl(file), whereOf(face), ...wordsOf(first), ...wordsOf(second)];
  });
  const hasPlaces = answers.some(({ face }) => face !== null);
  const shown = hasPlaces ? rows : rows.map(([file = '', , ...words]) => [file, ...words]);
  const right = hasPlaces ? [3, 5] : [2, 4];
  return renderTable(shown, { right, columns });
}

/** Whoever gives a photograph must know what was answered. */
function wholeText({ unfound, missing }: Pick<Answers, 'unfound' | 'missing'>): string {
  const where = `in ${plural(unfound, 'picture')} the middle square is answered, whole`;
  return missing === undefined
    ? `No face was found: ${where}.`
    : `Faces are ${missing}: ${where}. A face should fill it.`;
}

/** `120 x 120 at 300, 40`. */
function whereOf(face: Answers['answers'][number]['face']): string {
  if (face === null) return '';
  const [side, left, top] = [face.side, face.left, face.top].map(Math.round);
  return `${side} x ${side} at ${left}, ${top}`;
}

function wordsOf(answer: readonly [string, number] | undefined): [string, string] {
  return answer === undefined ? ['', ''] : [answer[0], `${(100 * answer[1]).toFixed(1)} %`];
}
