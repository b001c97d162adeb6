import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { didYouMean, FermentError } from '../../kit/index.ts';
import { formatKey, type KeyPath } from '../load/key-path.ts';
import { originOf, type ParamsFile } from '../load/params.ts';
import { projectPath } from '../load/paths.ts';
import type { Dep, ProjectPath, Stage } from '../model.ts';
import { hintCommand } from './hint-command.ts';
import type { Session } from './session.ts';
import { unexpandedHint } from './unexpanded.ts';

/** MISSING_DEP for a glob that finds nothing. */
export function emptyGlob(stage: Stage, dep: Dep): FermentError {
  return new FermentError(
    'MISSING_DEP',
    `Stage '${stage.name}' depends on ${dep.path}, which matches no file.`,
    {
      hint: unexpandedHint(dep.path) ?? 'Correct the pattern in the pipeline file, or make the files.',
    },
  );
}

/** MISSING_DEP for a path that is not there: who makes it, a name that is close, where the path comes from. */
export function missingDep(session: Session, stage: Stage, path: ProjectPath): FermentError {
  return new FermentError('MISSING_DEP', `Stage '${stage.name}' depends on ${path}, which does not exist.`, {
    hint: missingHint(session, stage, path),
  });
}

function missingHint({ root, graph, project }: Session, stage: Stage, path: ProjectPath): string {
  const producer = graph.producer(path);
  if (producer !== undefined) {
    const { name } = producer.stage;
    const folder = producer.out.path;
    // The stage has made its out, and running it again would not help.
    if (folder !== path && existsSync(resolve(root, folder)))
      return `It is not in ${folder}, which stage '${name}' makes: correct the path in ${stage.file}, or let '${name}' write it.`;
    return `Stage '${name}' makes it: ${hintCommand(project, 'repro', name)}`;
  }
  const isOutside = isAbsolute(path) || path.startsWith('../');
  const near = isOutside ? undefined : nearestName(root, path);
  const origin = originOfPath([...project.params.files.values()], { root, stage, path });
  if (near !== undefined) return origin === undefined ? near : `${near} The path is ${origin}.`;
  const unexpanded = unexpandedHint(path);
  if (unexpanded !== undefined) return unexpanded;
  return `Put it there, or correct ${origin ?? `the path in ${stage.file}`}.`;
}

/** The parameter whose value is the path, in words: `download.path in params.yaml`. Declared ones come first. */
function originOfPath(
  files: readonly ParamsFile[],
  { root, stage, path }: { readonly root: string; readonly stage: Stage; readonly path: ProjectPath },
): string | undefined {
  const found = files.flatMap((file) =>
    [...textsIn(file.data, [])]
      .filter(([, text]) => projectPath(stage.wdir, text, root) === path)
      .map(([at]) => ({ file, at, key: formatKey(at) })),
  );
  const isDeclared = ({ file, key }: (typeof found)[number]): boolean =>
    stage.params.some(
      (dep) =>
        dep.file === file.file && (dep.keys ?? [key]).some((own) => own === key || key.startsWith(`${own}.`)),
    );
  const chosen = found.find(isDeclared) ?? found[0];
  if (chosen === undefined) return undefined;
  const name = originOf(chosen.file, chosen.at)?.source.name ?? chosen.file.file;
  return name === '-S' ? `${chosen.key}, given with -S` : `${chosen.key} in ${name}`;
}

/** Every text in data, with its place. */
function* textsIn(data: unknown, at: KeyPath): Generator<readonly [KeyPath, string]> {
  if (typeof data === 'string') yield [at, data];
  if (typeof data !== 'object' || data === null) return;
  for (const [key, value] of Object.entries(data))
    yield* textsIn(value, [...at, Array.isArray(data) ? Number(key) : key]);
}

/** The first part of the path that is not there, and a name beside it that is close. */
function nearestName(root: string, path: ProjectPath): string | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const names = namesIn(dirname(resolve(root, part)));
    const name = basename(part);
    if (names.includes(name)) continue;
    // As names come from macOS: é as e with an accent behind it.
    if (names.some((each) => each.normalize() === name.normalize()))
      return `A name that looks the same is there, its accents written in another way (Unicode): rename it to '${name}'.`;
    const folder = parts
      .slice(0, length - 1)
      .map((each) => `${each}/`)
      .join('');
    const known = names.map((each) => [folder + each, ...parts.slice(length)].join('/'));
    return didYouMean(path, known);
  }
  return undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
