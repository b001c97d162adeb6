import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FermentError, installed, printLine } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

interface SetUp {
  readonly createContext: () => unknown;
  readonly setUp: (context: unknown) => Promise<number>;
}

/**
 * `fer setup`: what `npm run setup` is in a checkout. Its scripts run as they lie there, in no bundle. Throws NO_ENGINE
 * without them.
 */
export async function setUpPackage({ terminal, setExit }: ActionContext): Promise<void> {
  const main = installed('scripts', 'setup', 'main.mjs');
  if (main === undefined)
    throw new FermentError('NO_ENGINE', 'This installation of Ferment has no scripts/setup.', {
      hint: 'Install Ferment again.',
    });
  const load = (path: string) => import(pathToFileURL(path).href);
  const { setUp, createContext }: SetUp = {
    ...(await load(main)),
    ...(await load(join(dirname(main), 'context.mjs'))),
  };
  const code = await setUp(createContext());
  if (code === 0) printLine(terminal.stdout, 'All that Ferment computes with is in place.');
  setExit(code);
}
