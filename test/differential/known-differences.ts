import type { Command } from './commands.ts';
import type { Difference } from './compare.ts';
import type { Both } from './copies.ts';
import {
  covers,
  dvcKeeps,
  isAddedOut,
  isCovered,
  isGone,
  isModified,
  isNotReached,
  isPartOf,
  isRefusedFor,
  isUnknownToLock,
  isWithin,
  meets,
  pathOf,
  plain,
  readsFrom,
  readsShellValue,
  touches,
  withoutLogs,
  withoutNull,
} from './known-questions.ts';
import { renderCommand } from './render-command.ts';
import { namesOf, type OutSpec, type StageSpec, type World } from './world.ts';

/** What is known when a difference is looked at. */
export interface Context {
  readonly world: World;
  readonly command: Command;
  /** The stage that the difference is about, or whose out it is about. */
  readonly stage: StageSpec | undefined;
  readonly out: OutSpec | undefined;
  /** Its status before the command. */
  readonly status: Both<readonly string[]>;
  /** Whether its status had a known difference. */
  readonly staleForOne: boolean;
  /** Its outcomes, when the command was repro. */
  readonly outcome: Both<string>;
  /** Stages that failed in this command. */
  readonly failed: Both<ReadonlySet<string>>;
  /** Whether DVC's lock has the stage. */
  readonly isLocked: boolean;
  /** Outs of frozen stages that DVC took for the stages' results, as they were. */
  readonly verified: ReadonlySet<string>;
  /** What the tools wrote. */
  readonly said: Both<string>;
  /** `dep PATH`, `param FILE:KEY`, `out PATH`: what the stage had and then did not declare. */
  readonly takenAway: readonly string[];
  /** Paths whose right to execute was changed by hand. */
  readonly chmodded: ReadonlySet<string>;
  /** Outs that differ since an earlier command. */
  readonly diverged: ReadonlySet<string>;
  /** Stages whose outs were taken for results by `commit`. */
  readonly accepted: ReadonlySet<string>;
  /** Whether only one of the tools has done the stage. */
  readonly isBehind: boolean;
  /** The outs of all such stages. */
  readonly behind: readonly string[];
  /** Whether there was an out that the lock does not know, before the command. */
  readonly someNeverRan: boolean;
}

export interface KnownDifference {
  readonly id: string;
  /** Why it is wanted. */
  readonly reason: string;
  readonly explains: (difference: Difference, context: Context) => boolean;
}

/** The differences that are wanted: docs/pipeline-yaml.md tells users of them. Anything else is a bug. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    id: 'the set of inputs and outs counts',
    reason: 'a dep, param or out that is taken away may have made the result what it is',
    explains: ({ on, ours }, { takenAway }) =>
      on === 'status' && (ours.startsWith('undeclared ') || takenAway.some((one) => isPartOf(ours, one))),
  },
  {
    id: 'the right to execute counts',
    reason: 'a script that may not be executed is another input',
    explains: ({ on, ours }, { chmodded }) =>
      on === 'status' && / modified$/.test(ours) && covers(pathOf(ours), chmodded),
  },
  {
    id: 'the right to execute comes back',
    reason: 'as it was when the stage succeeded; DVC does not know it of files in folders, and does not look',
    explains: ({ on, ours, dvc }) => on === 'content' && plain(ours) === plain(dvc),
  },
  {
    id: 'ignored files are left where they are',
    reason: 'restoring an out touches what is content; DVC deletes the whole out first',
    explains: ({ on, ours, dvc }) => on === 'content' && plain(withoutLogs(ours)) === plain(withoutLogs(dvc)),
  },
  {
    id: 'a key that leaves a file that is declared as a whole',
    reason: 'the file is another one; DVC compares only the keys that it still has',
    explains: ({ on, ours }, { stage, world }) =>
      on === 'status' && stage?.params.some((ref) => isGone(ours, ref, world)) === true,
  },
  {
    id: 'a leaf is one input',
    reason:
      'a parameter that is declared twice, with a key above it, is no other input; DVC compares what was declared',
    explains: ({ on, ours, dvc }, { stage }) =>
      on === 'status' && ours === '-' && stage?.params.some((ref) => isWithin(dvc, ref)) === true,
  },
  {
    id: 'cache: false is kept',
    reason:
      'checkout puts back small outs that git tracks, too, where they are not there; DVC leaves them be',
    explains: ({ on, ours, dvc }, { command, out }) =>
      (on === 'status' && ours === '-' && dvc.endsWith(' not in cache')) ||
      (command.kind === 'checkout' && on === 'content' && out?.cache === false && dvc === '-'),
  },
  {
    id: 'a changed out has changed, wherever its result is kept',
    reason: 'DVC says of an out that its cache lacks only this, and does not look whether it was changed',
    explains: ({ on, ours }, { status }) =>
      on === 'status' &&
      ours.endsWith(' modified') &&
      status.dvc.includes(ours.replace(/ modified$/, ' not in cache')),
  },
  {
    id: 'checkout deletes with care',
    reason:
      'what no stage declares any more goes only when the store has it whole; DVC deletes it in any case',
    explains: ({ on, what, ours, dvc }, { command, out }) =>
      on === 'content' &&
      command.kind === 'checkout' &&
      out === undefined &&
      what !== '' &&
      ours !== '-' &&
      dvc === '-',
  },
  {
    id: 'true is not 1',
    reason: 'programs tell them apart; Python calls them equal',
    explains: ({ on, ours }) => on === 'status' && ours.startsWith('equal in Python: '),
  },
  {
    id: 'a parameter that is declared newly has not changed',
    reason: 'its file has had it, with the same value; DVC looks only at what was declared at the time',
    explains: ({ on, ours, dvc }) => on === 'params' && ours === '-' && /"(old|new)":null/.test(dvc),
  },
  {
    id: 'an out that git tracks is no failure',
    reason: 'the result is good; DVC refuses the stage after it ran',
    explains: ({ on }, { command, said, outcome }) =>
      on !== 'status' &&
      (command.kind !== 'repro' || outcome.dvc === 'failed') &&
      said.dvc.includes('already tracked by SCM'),
  },
  {
    id: 'lists are shown as JSON',
    reason: 'they are in parameter files of several languages; DVC shows them as Python does',
    explains: ({ on, ours, dvc }) =>
      on === 'params' &&
      ours.replaceAll('\\"', "'").replaceAll(/[ \\]/g, '') === dvc.replaceAll(/[ \\]/g, ''),
  },
  {
    id: 'a declared parameter must be there',
    reason:
      'a misspelt key would be an input that never changes; DVC finds out when it comes to the stage, if it does',
    explains: ({ on }, { command, said }) =>
      on !== 'status' && command.kind === 'repro' && /^exit 3 .*declares the parameter/.test(said.ours),
  },
  {
    id: 'blanks in a lock are kept',
    reason: 'DVC loses one of two where its lock breaks a line, and then finds another command at each look',
    explains: ({ on, ours, dvc }, { stage, world }) =>
      on === 'status' &&
      ours === '-' &&
      dvc === 'cmd' &&
      stage !== undefined &&
      Array.isArray(renderCommand(world, stage, (path) => path)) &&
      JSON.stringify([world.params, world.vars]).includes('  '),
  },
  {
    id: 'what was committed is a result',
    reason:
      'it is restored, or left, like one that was made; DVC does not keep it where more is restored or where its commit failed, and makes another one',
    explains: ({ on }, { outcome, stage, world, accepted }) =>
      on === 'content' &&
      (outcome.ours === 'restored' || outcome.ours === 'unchanged') &&
      outcome.dvc === 'ran' &&
      stage !== undefined &&
      (namesOf(stage).some((name) => accepted.has(name)) || readsFrom(world, stage, accepted)),
  },
  {
    id: 'outcome follows from status',
    reason: 'a stage that is stale for one tool only, for a reason above',
    explains: ({ on, ours, dvc }, { staleForOne, stage, world, chmodded }) =>
      on === 'outcome' &&
      ([ours, dvc].includes('unchanged') || (ours === 'ran' && dvc === 'restored')) &&
      (staleForOne || (stage !== undefined && touches(world, stage, chmodded))),
  },
  {
    id: 'more is restored',
    reason:
      'DVC keeps no results of stages without deps, and none of those with an out of another kind than metrics and plots that has cache: false',
    explains: ({ on, ours, dvc }, { stage }) =>
      on === 'outcome' &&
      ours === 'restored' &&
      (dvc === 'ran' || dvc === 'failed') &&
      stage !== undefined &&
      !dvcKeeps(stage),
  },
  {
    id: 'what is ignored by now is not restored',
    reason:
      'a folder without some of its files is not the one that was made; DVC leaves them out and calls it that',
    explains: ({ on, ours, dvc }, { world, status }) =>
      on === 'outcome' &&
      ours === 'ran' &&
      dvc === 'restored' &&
      world.ignored.length > 0 &&
      status.ours.some((line) => line.startsWith('out ') && isModified(line)),
  },
  {
    id: 'scalars are quoted',
    reason:
      'a value is a value; DVC lets the shell take it apart, which may fail, print something else, or make only a part of the outs',
    explains: ({ on, dvc }, { stage, world }) =>
      ((on === 'outcome' && dvc === 'failed') || on === 'content') &&
      stage !== undefined &&
      readsShellValue(world, stage),
  },
  {
    id: 'old outs come back after a failure',
    reason: 'a failed stage leaves its outs as they were; DVC has deleted them',
    explains: ({ on }, { outcome }) =>
      on === 'content' &&
      outcome.dvc === 'failed' &&
      (outcome.ours === 'failed' || outcome.ours === 'restored'),
  },
  {
    id: 'blocked in one tool only',
    reason: 'behind a stage that failed in that tool only, for a reason that was found with its outcome',
    explains: ({ on }, { stage, failed, outcome, world }) =>
      (on === 'outcome' || on === 'content' || on === 'ignored') &&
      stage !== undefined &&
      ((outcome.dvc === 'blocked' && readsFrom(world, stage, without(failed.dvc, failed.ours))) ||
        (outcome.ours === 'blocked' && readsFrom(world, stage, without(failed.ours, failed.dvc)))),
  },
  {
    id: 'which stages ran before a failure',
    reason: 'both stop at the first failure, but they order independent stages in different ways',
    explains: ({ on }, { failed, command, outcome }) =>
      (on === 'outcome' || on === 'content' || on === 'ignored') &&
      command.kind === 'repro' &&
      !command.flags.includes('-k') &&
      ((failed.ours.size > 0 && isNotReached(outcome.ours)) ||
        (failed.dvc.size > 0 && isNotReached(outcome.dvc)) ||
        (on === 'ignored' && outcome.ours === 'failed' && outcome.dvc === 'failed')),
  },
  {
    id: 'the exit code follows from the outcomes',
    reason: 'a stage that failed in one tool only, for a reason that was found with its outcome',
    explains: ({ on }, { failed, command }) =>
      on === 'exit' && command.kind === 'repro' && (failed.ours.size === 0) !== (failed.dvc.size === 0),
  },
  {
    id: 'a side that is not there is left out',
    reason: 'a value of null is something else than none; DVC prints null for both',
    explains: ({ on, ours, dvc }) =>
      (on === 'params' || on === 'metrics') && withoutNull(ours) === withoutNull(dvc),
  },
  {
    id: 'parameter files of sub-folders are shown',
    reason: 'templates of their pipeline files see them; DVC shows the params.yaml at the top alone',
    explains: ({ on, what, dvc }) => on === 'params' && what.startsWith('sub/params.yaml:') && dvc === '-',
  },
  {
    id: 'values that no template uses are shown',
    reason: 'they are in a file that the pipeline reads; DVC shows of it what templates use',
    explains: ({ on, what, dvc }, { world }) =>
      on === 'params' &&
      dvc === '-' &&
      what.startsWith('conf/vars.yaml:') &&
      // A stage writes what it pastes into its outs.
      !world.stages.some(
        ({ pasted, outs }) => outs.length > 0 && pasted.includes(what.slice('conf/vars.yaml:'.length)),
      ),
  },
  {
    id: 'checkout leaves alone what never ran',
    reason: 'DVC deletes such outs and fails',
    explains: ({ on, ours, dvc }, { command, stage, status, someNeverRan }) =>
      command.kind === 'checkout' &&
      ((on === 'exit' &&
        someNeverRan &&
        ours.startsWith('exit 0') &&
        /Checkout failed|unsaved files without/.test(dvc)) ||
        (on === 'content' && someNeverRan && ours !== '-' && dvc === '-') ||
        (on === 'content' && (stage?.frozen === true || status.ours.some(isUnknownToLock)))),
  },
  {
    id: 'a frozen stage is taken as it is',
    reason:
      'its outs are there, and nobody asked for more; DVC wants them in the lock, and keeps edited ones as its result',
    explains: ({ on, what, ours, dvc }, { command, stage, isLocked, verified }) =>
      (stage?.frozen === true &&
        on === 'status' &&
        ours === '-' &&
        // DVC compares its command, and never runs it; nor does it make an out that was declared since.
        (dvc === 'always' || dvc === 'cmd' || isAddedOut(dvc) || !isLocked)) ||
      // What DVC has taken for the result is still an edit to Ferment.
      (on === 'status' && [ours, dvc].some((line) => isModified(line) && verified.has(pathOf(line)))) ||
      (on === 'content' && verified.has(what)) ||
      // Nor does checkout overwrite it.
      (on === 'exit' &&
        command.kind === 'checkout' &&
        dvc.startsWith('exit 0') &&
        isRefusedFor(ours, verified)),
  },
  {
    id: 'still in two states',
    reason: 'an out that one of the differences above has left so',
    explains: ({ on, what }, { diverged }) =>
      // Without its stage, a folder is the files in it.
      (on === 'content' && isCovered(what, diverged)) ||
      (on === 'metrics' && diverged.has(what.slice(0, what.lastIndexOf(':')))),
  },
  {
    id: 'follows from an out in two states',
    reason: 'the stages that write and read it are stale for one tool only, or make two results of it',
    explains: ({ on, ours, dvc }, { diverged, stage, world }) =>
      (on === 'status' && [ours, dvc].some((line) => meets(pathOf(line), diverged))) ||
      ((on === 'outcome' || on === 'content') && stage !== undefined && touches(world, stage, diverged)),
  },
  {
    id: 'done by one tool only',
    reason: 'a stage that only one of the tools has done, because of one of the differences above',
    explains: ({ on, what, ours, dvc }, { isBehind, behind, command, stage, world }) =>
      (isBehind && (on === 'status' || on === 'outcome' || on === 'ignored')) ||
      // What the other tool does now changes the inputs of the stages behind it.
      (on === 'outcome' &&
        [ours, dvc].includes('ran') &&
        stage !== undefined &&
        touches(world, stage, new Set(behind))) ||
      (on === 'exit' &&
        what !== 'status' &&
        (command.kind === 'checkout' || command.kind === 'commit') &&
        behind.some((path) => ours.includes(path) || dvc.includes(path))),
  },
];

function without(names: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].filter((name) => !others.has(name)));
}
