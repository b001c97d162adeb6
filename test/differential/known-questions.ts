import { groupKey } from './render.ts';
import { pastesShellValue } from './render-command.ts';
import { namesOf, outsOf, type ParamRef, type StageSpec, type World } from './world.ts';

/* What the table of known differences asks of lines, paths and stages. */

/** `{"old":null,"new":1}` as `{"new":1}`; nothing is as good as an empty object. */
export function withoutNull(change: string): string {
  return change === '-' ? '{}' : change.replaceAll(/"(?:old|new)":null,?/g, '').replace(',}', '}');
}

/** Whether a tool had given up before it came to the stage. */
export function isNotReached(outcome: string): boolean {
  return ['-', 'cancelled', 'blocked'].includes(outcome);
}

/** Whether a line is about a key that lies below or above this declared one. */
export function isWithin(line: string, { file, key }: ParamRef): boolean {
  const [, found] = /^param (.*) (?:new|modified|deleted)$/.exec(line) ?? [];
  if (found === undefined) return false;
  return (
    found.startsWith(key === undefined ? `${file}:` : `${file}:${key}.`) ||
    `${file}:${key}`.startsWith(`${found}.`)
  );
}

/** Whether a line of a status is about an input, or a key above or below it. */
export function isPartOf(line: string, input: string): boolean {
  const named = line.replace(/ (new|modified|deleted)$/, '');
  return named.startsWith(input) || input.startsWith(named);
}

/** The path in a line of a status. */
export function pathOf(line: string): string {
  return line.replace(/^\w+ /, '').replace(/ (new|modified|deleted|not in cache)$/, '');
}

/** Whether `checkout` refused, for outs that are all among these, to overwrite what only the disk has. */
export function isRefusedFor(said: string, paths: ReadonlySet<string>): boolean {
  const [, named] = /^exit 2 .* changes that are not in the store: (.*)\.$/m.exec(said) ?? [];
  return named?.split(', ').every((path) => paths.has(path)) === true;
}

/** Whether a line of Ferment's status says that the lock does not know all outs of the stage. */
export function isUnknownToLock(line: string): boolean {
  return line === 'never-run' || /^out .* new$/.test(line);
}

/** Whether a line is about a content that is another one. */
export function isModified(line: string): boolean {
  return line.endsWith(' modified');
}

/** Whether a line is about an out that an edit has added: `newOut` gives them their names. */
export function isAddedOut(line: string): boolean {
  return line.startsWith('out ') && /-new\d/.test(line);
}

/** Whether a line is about a key that was at the top of a whole file. */
export function isGone(line: string, { file, key }: ParamRef, { params, stages }: World): boolean {
  const [, found, name = ''] = /^param (.*):([^:]*) (?:modified|deleted)$/.exec(line) ?? [];
  const isGroup = stages.some((stage) => groupKey(stage.name) === name);
  return key === undefined && found === file && params[file]?.[name] === undefined && !isGroup;
}

/** Whether DVC's run cache takes the stage's results. */
export function dvcKeeps({ deps, params, outs }: StageSpec): boolean {
  return (
    deps.length + params.length > 0 &&
    outs.every(({ cache, form }) => cache || form === 'metrics' || form === 'plots')
  );
}

/** Whether a stage's command, or that of one that it reads from, holds a value that the shell takes apart. */
export function readsShellValue(world: World, stage: StageSpec): boolean {
  return (
    pastesShellValue(world, stage) || upstreamOf(world, stage).some((one) => readsShellValue(world, one))
  );
}

/** Whether a stage writes or reads one of the paths, or reads from a stage that does. */
export function touches(world: World, stage: StageSpec, paths: ReadonlySet<string>): boolean {
  const outs = [...outsOf(world)];
  const own = outs.filter(([, { out }]) => stage.outs.includes(out)).map(([path]) => path);
  if ([...own, ...stage.deps].some((path) => meets(path, paths))) return true;
  return upstreamOf(world, stage).some((one) => touches(world, one, paths));
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Whether one of the paths is this one or holds it. */
export function isCovered(path: string, paths: ReadonlySet<string>): boolean {
  return [...paths].some((one) => isInside(path, one));
}

/** Whether one of the paths is this one, holds it, or lies below it. */
export function meets(path: string, paths: ReadonlySet<string>): boolean {
  return covers(path, paths) || isCovered(path, paths);
}

/** A content without the marks of what may be executed. */
export function plain(content: string): string {
  return content.replaceAll('(executable) ', '');
}

/** A folder's content without the files that .dvcignore may name. */
export function withoutLogs(content: string): string {
  return content.replaceAll(/^\/\S*\.log: .*\n+/gm, '');
}

/** Whether one of the paths is this one or lies below it. */
export function covers(path: string, paths: ReadonlySet<string>): boolean {
  return [...paths].some((one) => isInside(one, path));
}

/** Whether a stage reads, directly or not, from one of these that are named. */
export function readsFrom(world: World, stage: StageSpec, names: ReadonlySet<string>): boolean {
  return upstreamOf(world, stage).some(
    (one) => namesOf(one).some((name) => names.has(name)) || readsFrom(world, one, names),
  );
}

function upstreamOf(world: World, stage: StageSpec): readonly StageSpec[] {
  const outs = [...outsOf(world)];
  return world.stages.filter(
    (one) =>
      one !== stage &&
      outs.some(([path, { out }]) => one.outs.includes(out) && stage.deps.some((dep) => isInside(dep, path))),
  );
}
