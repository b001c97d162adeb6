import { join } from 'node:path';
import { type PublishOptions, publishModel, requireOutFolder } from '../../fer/index.ts';
import { prettyJson, printLine } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

interface PublishCommandOptions extends Pick<PublishOptions, 'precision' | 'device'> {
  readonly out?: string;
  readonly json?: boolean;
}

/** `fer publish NAME`: a trained model with its card, to be handed on. */
export async function publish(
  name: string,
  { out = join('artifacts', 'published', name), json, ...options }: PublishCommandOptions,
  { terminal }: ActionContext,
): Promise<void> {
  requireOutFolder(out);
  const report = await publishModel({ ...options, project: '.', name, out });
  printLine(
    terminal.stdout,
    json === true ? prettyJson(report) : `${report.out}: ${report.files.join(', ')}`,
  );
}
