import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliProject, cliProject } from '../support/cli-project.ts';
import { repository } from '../support/project.ts';

const FILES = {
  'pipeline.yaml': `stages:
  prepare: {desc: "Cut: the data", cmd: cp in a, deps: [in], outs: [a]}
  train: {foreach: {small: 1, large: 2}, do: {cmd: "echo \${item} > \${key}.txt", params: [rate], outs: ["\${key}.txt"]}}
`,
  'params.yaml': 'rate: 0.1\n',
  in: 'x',
  'notes.md': 'x',
};

async function words(p: CliProject, ...line: readonly string[]): Promise<string[]> {
  const shown = await p.json(0, '__complete', '--', ...line);
  return shown
    .trim()
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => text.split('\t')[0] ?? '');
}

describe('what __complete offers', () => {
  it('is commands, then what the argument or option stands for', async () => {
    const p = cliProject(FILES);
    const top = await words(p, '');
    expect(top).toContain('repro');
    expect(top.filter((word) => word.startsWith('_'))).toEqual([]);
    expect(await words(p, 'metrics', '')).toEqual(['show', 'diff']);
    expect(await words(p, 'why', '')).toEqual(['prepare', 'train@small', 'train@large']);
    expect(await words(p, 'repro', 'prepare', 'train')).toEqual(['train@small', 'train@large', 'train']);
    expect(await words(p, 'repro', '--dow')).toEqual(['--downstream']);
    expect(await words(p, 'repro', '-S', '')).toEqual(['rate=']);
    expect(await words(p, 'repro', '--without', 'p')).toEqual(['prepare']);
    expect(await words(p, 'repro', '--file', '')).toEqual([':files']);
    expect(await words(p, 'completion', 'f')).toEqual(['fish']);
    expect(await words(p, 'diff', '--targets', 'in', 's')).toEqual(['small.txt']);
  });

  it('is branches and tags where a revision is wanted', async () => {
    const p = cliProject(FILES);
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: p.root });
    git('init', '-q', '-b', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'one');
    git('tag', 'v1');
    expect(await words(p, 'metrics', 'diff', '')).toEqual(['HEAD', 'HEAD~1', 'main', 'v1']);
    expect(await words(p, 'plots', 'diff', 'HEAD', 'v')).toEqual(['v1']);
  });

  it('is nothing, without a word of complaint, where the project cannot be read', async () => {
    const broken = cliProject({ 'pipeline.yaml': 'stages: [' });
    expect(await broken.ferment('__complete', '--', 'why', '')).toBe('exit 0');
    expect(await cliProject().ferment('__complete', '--', 'why', '')).toBe('exit 0');
    expect(await broken.ferment('__complete', '--')).toContain('exit 0');
  });
});

/** A folder with `ferment` for a shell's PATH. */
function bin(p: CliProject): string {
  const folder = join(p.root, 'bin');
  mkdirSync(folder);
  symlinkSync(join(repository, 'bin', 'ferment.js'), join(folder, 'ferment'));
  return folder;
}

function has(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

function shell(p: CliProject, name: string, args: readonly string[]): string {
  return execFileSync(name, args, {
    cwd: p.root,
    env: { ...process.env, PATH: `${bin(p)}:${process.env['PATH']}`, HOME: p.root },
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();
}

describe('the scripts', () => {
  it.skipIf(!has('bash'))('work in bash, also inside a word with @', () => {
    const ask = (line: string): string => `
eval "$(ferment completion bash)"
COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}; _ferment; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const answer = (line: string) =>
      shell(cliProject(FILES), 'bash', ['--norc', '-c', ask(line)])
        .trim()
        .split('\n');
    expect(answer('ferment why tr')).toEqual(['train@small', 'train@large']);
    // bash has `train@` already, and replaces what comes after it.
    expect(answer('ferment why train@l')).toEqual(['large']);
    expect(answer('ferment metrics ')).toEqual(['show', 'diff']);
  });

  it.skipIf(!has('fish'))('work in fish', () => {
    const script =
      "ferment completion fish | source; complete -C 'ferment why train@'; complete -C 'ferment comp'";
    const lines = shell(cliProject(FILES), 'fish', ['--no-config', '-c', script]).trim().split('\n');
    expect(lines.map((line) => line.split('\t')[0])).toEqual(['train@small', 'train@large', 'completion']);
  });

  it.skipIf(!has('zsh'))('work in zsh', () => {
    // The completion system answers to a line editor only: a stand-in for _describe prints what it would offer.
    const script = `
compdef() { :; }
_describe() { print -l -- "\${items[@]}"; }
eval "$(ferment completion zsh)"
words=(ferment why ''); CURRENT=3; _ferment`;
    const lines = shell(cliProject(FILES), 'zsh', ['-f', '-c', script]).trim().split('\n');
    expect(lines).toEqual(['prepare:Cut: the data', 'train@small:', 'train@large:']);
  });
});
