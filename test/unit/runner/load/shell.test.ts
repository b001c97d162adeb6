import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord } from '../../../../src/kit/index.ts';
import { DEFAULT_STYLE } from '../../../../src/runner/load/dvc-config.ts';
import { renderArguments } from '../../../../src/runner/load/shell.ts';
import { ShellScanner } from '../../../../src/runner/load/shell-scanner.ts';
import { failure, onlyStage } from './project.ts';

/** The command of a stage, filled with these parameters; `<x>` stands for a template. */
function command(cmd: string, params: string): string {
  const text = cmd.replaceAll('<', '$' + '{').replaceAll('>', '}');
  const stage = onlyStage(`stages: {a: {cmd: ${JSON.stringify(text)}}}`, params);
  return stage.command.kind === 'shell' ? stage.command.lines.join('\n') : '';
}

describe('values in a command', () => {
  it('are pasted where they are plain, and quoted where a shell would take them apart', () => {
    expect(command('run <a> <b> <c> <d> <e>', 'a: 0.1\nb: x/y-z.csv\nc: true\nd: null\ne: ""\n')).toBe(
      'run 0.1 x/y-z.csv true None ',
    );
    expect(command('cp <a> <b>', 'a: my file.txt\nb: "x; rm -rf *"\n')).toBe(
      "cp 'my file.txt' 'x; rm -rf *'",
    );
    expect(command('echo --tag=<a>', `a: it's $HOME\n`)).toBe(`echo --tag='it'\\''s $HOME'`);
  });

  it('fit into quotes that the command has opened', () => {
    expect(command(`echo "a <x>" 'b <x>'`, `x: "$it's"\n`)).toBe(`echo "a \\$it's" 'b $it'\\''s'`);
    expect(command('echo "$(cat <x>)"', 'x: a b\n')).toBe(`echo "$(cat 'a b')"`);
    expect(command(`echo don\\'t <x>`, 'x: a b\n')).toBe(`echo don\\'t 'a b'`);
    expect(command(`echo # it's\necho <x>`, 'x: a b\n')).toBe(`echo # it's\necho 'a b'`);
  });

  it('stand in a here-document as they are, and run nothing', () => {
    const cmd = `cat <<EOF\n\${x}\nEOF\ncat <<'EOF'\nit's \${x}\nEOF\necho \${x}`;
    const stage = onlyStage(`stages: {a: {cmd: ${JSON.stringify(cmd)}}}`, 'x: "$(touch x) it\'s"\n');
    expect(stage.command).toEqual({
      kind: 'shell',
      lines: [
        `cat <<EOF\n\\$(touch x) it's\nEOF\ncat <<'EOF'\nit's $(touch x) it's\nEOF\necho '$(touch x) it'\\''s'`,
      ],
    });
  });

  it('a whole command from a parameter is left as it is', () => {
    expect(command('<run>', 'run: python a.py | tee log\n')).toBe('python a.py | tee log');
  });

  it('a mapping becomes arguments, a list becomes words', () => {
    const params =
      'o: {lr: 0.1, name: a b, on: true, off: false, deep: {x: 1}, list: [1, "b c"]}\nw: [a, "b c"]\n';
    expect(command('train <o>', params)).toBe("train --lr 0.1 --name 'a b' --on --deep.x 1 --list 1 'b c'");
    expect(command('train <w>', params)).toBe("train a 'b c'");
    expect(renderArguments([[1]], DEFAULT_STYLE)).toBeUndefined();
    expect(failure(() => command('train <o> x', 'o: {a: [[1]]}\n'))).toContain(
      'which no command line can hold',
    );
  });

  it('an escaped template is left for the shell', () => {
    expect(command('echo \\<HOME> <x>', 'x: 1\n')).toBe(`echo \${HOME} 1`);
  });
});

describe('quoting', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab \'"\\$`*?#~!;&|<>(){}[]=\n\té'), maxLength: 12 });
  const places = [
    (word: string) => `printf %s ${word}`,
    (word: string) => `printf %s "${word}"`,
    (word: string) => `printf %s '${word}'`,
    (word: string) => `printf %s "$(printf %s "${word}")"`,
    (word: string) => `printf %s "$(cat <<EOF\n${word}\nEOF\n)"`,
    (word: string) => `printf %s "$(cat << 'E F'\n${word}\nE F\n)"`,
    (word: string) => `: <<A <<-'B' # '\nit's $(echo "')") "\nA \nA\n"\n\tB\nprintf %s ${word}`,
    (word: string) => `printf %s "\`printf %s ${word}\`"`,
    (word: string) => `x=\`printf %s "${word}"\`; printf %s "$x"`,
    (word: string) => `: \`: "a" '"'\`; printf %s ${word}`,
    (word: string) => `: $((1 << 2)) "$((2 << (1)))"; printf %s ${word}`,
  ];

  it('gives a real shell exactly the value, wherever it stands', () => {
    const samples = fc
      .sample(text, { numRuns: 60, seed: 1 })
      .filter((value) => !value.endsWith('\n') && value !== '');
    for (const place of places) {
      const script = samples
        .map((value) => {
          const [before = ''] = place('\0').split('\0');
          const shell = new ShellScanner();
          shell.scan(before);
          return `${place(shell.quote(value))}; printf '\\001'`;
        })
        .join('\n');
      const out = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
      expect(out.split('\u0001').slice(0, -1)).toEqual(samples);
    }
  });

  it('leaves plain words alone', () => {
    expect(['a', 'x/y.z', 'k=v', 'a,b:c@d+e%', 'é'].map(quoteWord)).toEqual([
      'a',
      'x/y.z',
      'k=v',
      'a,b:c@d+e%',
      'é',
    ]);
  });
});
