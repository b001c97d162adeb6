import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FermentError, messageOf } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';
import type { RunScores } from './rank.ts';

type Configurations = Params['sweep']['configs'];

/**
 * Reads the metrics files of the sweep (`NAME.json`) for the configurations that there are, in their order. A file
 * of a configuration that is gone is left alone.
 * Throws DATA_MISSING for a configuration without a file, DATA_DAMAGED for a file that is not a training's metrics
 * or is of another architecture.
 */
export function readSweepResults(
  files: readonly string[],
  configurations: Configurations,
): ReadonlyMap<string, RunScores> {
  const byName = new Map(files.map((path) => [basename(path, '.json'), path]));
  const missing = Object.keys(configurations).filter((name) => !byName.has(name));
  if (missing.length > 0) {
    throw new FermentError(
      'DATA_MISSING',
      `Every configuration of the sweep needs its metrics. Received: none for ${missing.join(', ')}.`,
      { hint: 'Run the sweep first: npx ferment repro select runs what is missing.' },
    );
  }
  const entries = Object.entries(configurations).map(([name, { architecture }]) => {
    const path = byName.get(name) ?? '';
    return [name, readScores(path, name, architecture)] as const;
  });
  return new Map(entries);
}

function readScores(path: string, configuration: string, architecture: string): RunScores {
  const value = parse(path);
  const found = at(value, 'architecture');
  if (found !== architecture)
    throw damaged(path, `'architecture' should be ${architecture}. Received: ${JSON.stringify(found)}`);
  const validation = at(value, 'validation');
  const number = (from: unknown, key: string): number => {
    const received = at(from, key);
    if (typeof received === 'number') return received;
    throw damaged(path, `'${key}' should be a number. Received: ${JSON.stringify(received)}`);
  };
  return {
    configuration,
    macroF1: number(validation, 'macroF1'),
    accuracy: number(validation, 'accuracy'),
    loss: number(validation, 'loss'),
    keptEpoch: number(value, 'keptEpoch'),
  };
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined;
}

function damaged(path: string, problem: string, cause?: unknown): FermentError {
  return new FermentError('DATA_DAMAGED', `${path} is not a metrics file of the sweep: ${problem}.`, {
    hint: "Delete it and run the sweep's stage again.",
    cause,
  });
}
