import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { plural } from '../../kit/index.ts';
import { busySince, namesIn } from '../gc/live.ts';
import { loadTable } from '../hash/tree-table.ts';
import { isAbandoned, readClaim } from '../run/claim-record.ts';
import { parseJournal } from '../run/journal.ts';
import { journalFolder } from '../run/state-paths.ts';
import { isOldTemporary } from '../run/sweep.ts';
import { listStrangers } from '../store/contents.ts';
import type { Finding } from './findings.ts';

/** What lies in `.ferment` beside objects and results: what is damaged there costs time, never a result. */
export function checkRest(state: string): readonly Finding[] {
  return [
    ...busyStages(state),
    ...damagedTables(state),
    ...strangers(state),
    ...leftovers(state),
    ...quarantined(state),
  ];
}

function note(kind: Finding['kind'], text: string, todo?: string, file?: string): Finding {
  return { kind, severity: 'note', text, todo, owners: [], ...(file === undefined ? {} : { file }) };
}

function busyStages(state: string): readonly Finding[] {
  const folder = journalFolder(state);
  return namesIn(folder).flatMap((name) => {
    const record = name.endsWith('.json') ? readClaim(join(folder, name)) : undefined;
    if (record === undefined || isAbandoned(record)) return [];
    const stage = parseJournal(record.notes)?.stage ?? name.slice(0, -'.json'.length);
    return [note('stage-busy', `Process ${record.owner?.pid} is at work on stage ${stage}.`)];
  });
}

function damagedTables(state: string): readonly Finding[] {
  const folder = join(state, 'index');
  const again = 'Nothing to do: the files are hashed again when they are needed.';
  return namesIn(folder).flatMap((name) => {
    const file = join(folder, name);
    const isBad = name.endsWith('.tree') ? !isReadableTable(file) : name === 'files.json' && !isJson(file);
    return isBad ? [note('index-damaged', `The stat index ${name} cannot be read.`, again, file)] : [];
  });
}

function isReadableTable(file: string): boolean {
  try {
    const bytes = readFileSync(file);
    const header: unknown = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf(10)));
    if (typeof header !== 'object' || header === null || !('path' in header)) return false;
    return typeof header.path === 'string' && loadTable(file, header.path) !== undefined;
  } catch {
    return false;
  }
}

function isJson(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return true;
  } catch {
    return false;
  }
}

/** Temporary files of the living are theirs; those of the dead are leftovers, which gc deletes. */
function strangers(state: string): readonly Finding[] {
  return listStrangers(state)
    .filter((path) => !/\.tmp$/.test(path))
    .map((file) =>
      note(
        'foreign',
        `${relative(state, file)} is not Ferment's.`,
        'Look at it, then move it away or delete it by hand.',
        file,
      ),
    );
}

function leftovers(state: string): readonly Finding[] {
  const plain = ['', 'bundles', 'index', 'journal', 'runs-log'].flatMap((folder) =>
    namesIn(join(state, folder)).map((name) => join(state, folder, name)),
  );
  const temporary = [...plain, ...listStrangers(state)].filter(isOldTemporary);
  const found: Finding[] = [];
  const gc = 'Delete them: ferment gc';
  if (temporary.length > 0)
    found.push(note('leftover', `${plural(temporary.length, 'file')} of commands that were killed.`, gc));
  const trash = namesIn(join(state, 'trash')).length;
  if (trash > 0) found.push(note('leftover', `${plural(trash, 'folder')} of a gc that was stopped.`, gc));
  if (busySince(state) !== undefined) return found;
  const scratch = namesIn(join(state, 'scratch')).length;
  if (scratch > 0) found.push(note('leftover', `${plural(scratch, 'scratch folder')} of killed runs.`, gc));
  for (const name of namesIn(join(state, 'aside'))) {
    const file = join(state, 'aside', name);
    if (namesIn(file).length === 0) continue;
    found.push(
      note(
        'leftover',
        `aside/${name} has old outs of a run whose journal is gone: ${namesIn(file).join(', ')}.`,
        'Look at them, then move them to their place or delete them by hand.',
        file,
      ),
    );
  }
  return found;
}

function quarantined(state: string): readonly Finding[] {
  const count = namesIn(join(state, 'quarantine')).length;
  if (count === 0) return [];
  const text = `${plural(count, 'damaged file')} in quarantine from before.`;
  return [note('quarantined', text, 'Delete them: ferment gc --quarantine', join(state, 'quarantine'))];
}
