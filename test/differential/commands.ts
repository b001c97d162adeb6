import { namesOf, type World } from './world.ts';

/** What both tools are told to do. `target` picks a stage. */
export type Command =
  | { readonly kind: 'repro'; readonly flags: readonly string[]; readonly target?: number }
  | { readonly kind: 'checkout'; readonly flags: readonly string[] }
  | { readonly kind: 'commit' }
  | { readonly kind: 'git-commit' }
  | { readonly kind: 'values' }
  | { readonly kind: 'nothing' };

/** The command line, without the program: the same words for both. */
export function argumentsOf(command: Command, world: World): readonly string[] {
  switch (command.kind) {
    case 'repro': {
      const targets = targetsOf(world);
      const target = command.target === undefined ? undefined : targets[command.target % targets.length];
      return ['repro', ...command.flags, ...(target === undefined ? [] : [target])];
    }
    case 'checkout':
      return ['checkout', ...command.flags];
    case 'commit':
      return ['commit', '-f'];
    default:
      return [];
  }
}

/** All stages and groups as DVC calls them. */
function targetsOf({ stages }: World): readonly string[] {
  return stages.flatMap((stage) => {
    const prefix = stage.folder === '' ? '' : `${stage.folder}/dvc.yaml:`;
    const names = namesOf({ ...stage, folder: '' });
    return [...new Set([stage.name, ...names])].map((name) => prefix + name);
  });
}
