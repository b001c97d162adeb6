import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { printLine } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

interface SetUp {
  readonly createContext: () => unknown;
  readonly setUp: (context: unknown) => Promise<number>;
}

/** `fer setup`: what `npm run setup` is in a checkout. Its scripts run as they lie there, in no bundle. */
export async function setUpPackage({ terminal, setExit }: ActionContext): Promise<void> {
  // The built command lies one folder below the package's root, this file two more.
  const built = dirname(fileURLToPath(import.meta.url));
  const root = built.endsWith('dist') ? dirname(built) : join(built, '..', '..', '..');
  const load = (name: string) => import(pathToFileURL(join(root, 'scripts', 'setup', name)).href);
  const { setUp, createContext }: SetUp = { ...(await load('main.mjs')), ...(await load('context.mjs')) };
  const code = await setUp(createContext());
  if (code === 0) printLine(terminal.stdout, 'All that Ferment computes with is in place.');
  setExit(code);
}
