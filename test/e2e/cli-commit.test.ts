import { expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';

const files = {
  'pipeline.yaml': `stages:
  a: {cmd: "cat in > a.txt", deps: [in], outs: [a.txt]}
  b: {cmd: "cat a.txt > b.txt", deps: [a.txt], params: [k], outs: [b.txt]}
`,
  'params.yaml': 'k: 1\n',
  in: 'one\n',
};

it('commit says what it accepts, refuses without a terminal and --force, and makes repro a no-op', async () => {
  const p = cliProject(files);
  await p.ferment('repro');
  p.write('in', 'one, really\n');
  p.write('params.yaml', 'k: 2\n');
  expect(await p.ferment('commit')).toMatchInlineSnapshot(`
    "exit 2
    a
      in changed
    b
      params.yaml:k 1 → 2
    ! error: ferment commit asks before it goes on, and this is no terminal.
    What it would do is printed above; to do that without being asked, add --force to the command as you gave it."
  `);
  expect(await p.ferment('commit', '-f')).toMatchInlineSnapshot(`
    "exit 0
    a
      in changed
    b
      params.yaml:k 1 → 2
    Accepted 2 stages."
  `);
  expect(await p.ferment('repro')).toMatchInlineSnapshot(`
    "exit 0
    Nothing to do: 2 stages up to date (TIME)."
  `);
  expect(await p.ferment('commit')).toMatchInlineSnapshot(`
    "exit 0
    Nothing to accept: everything is up to date."
  `);
});

it('commit names everything that keeps a stage from being accepted, and as JSON', async () => {
  const p = cliProject(files);
  await p.ferment('repro');
  p.remove('in');
  p.remove('b.txt');
  expect(await p.ferment('commit', '-f')).toMatchInlineSnapshot(`
    "exit 1
    ! a cannot be accepted
      The dep in is missing.
    b cannot be accepted
      The out b.txt is missing.
    Not accepted: a, b. What repro would do: ferment repro --dry"
  `);
  p.write('in', 'two\n');
  expect(JSON.parse(await p.json(1, 'commit', '-f', '--json'))).toMatchObject({
    accepted: { a: [{ kind: 'dep', name: 'in', change: 'modified' }] },
    refused: { b: ['The out b.txt is missing.'] },
    confirmed: true,
  });
});
