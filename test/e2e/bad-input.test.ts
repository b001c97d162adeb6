import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CliProject, cliProject } from '../support/cli-project.ts';
import { copyOfStudy, repository } from '../support/project.ts';
import { untilGone, untilThere } from '../support/runner-project.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { makeZip } from '../unit/fer/data/support/make-zip.ts';
import { sampleFiles } from '../unit/fer/data/support/samples.ts';

const PIPELINE = `stages:
  prepare:
    cmd: cp in.txt middle.txt
    deps: [in.txt]
    outs: [middle.txt]
  train:
    cmd: cat middle.txt params.yaml > model.txt
    deps: [middle.txt]
    params: [rate]
    outs: [model.txt]
`;
const PARAMS = 'rate: 0.1\n';
const files = { 'pipeline.yaml': PIPELINE, 'params.yaml': PARAMS, 'in.txt': 'one\n' };

/** A project that was run once; what happens to it then must not cost it its model. */
async function goodProject() {
  const p = cliProject(files);
  await p.json(0, 'repro', '--json');
  return p;
}

describe('a mistake in a file that people edit: every place with its line, exit 3, nothing touched', () => {
  it('an unknown key and a wrong type in pipeline.yaml', async () => {
    const p = await goodProject();
    p.write('pipeline.yaml', PIPELINE.replace('deps: [in.txt]', 'dep: [in.txt]').replace('[rate]', '7'));
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 3
      ! error: pipeline.yaml:4:5 Unknown key 'dep' in 'stages.prepare'.
        4 |     dep: [in.txt]
          |     ^^^
        Did you mean 'deps'?

      pipeline.yaml:9:13 'stages.train.params' must be a list. Received: 7
        9 |     params: 7
          |             ^"
    `);
    expect(p.read('model.txt')).toBe('one\nrate: 0.1\n');
    p.write('pipeline.yaml', PIPELINE);
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 0
      Nothing to do: 2 stages up to date (TIME)."
    `);
  });

  it('an unknown key and wrong types in params.yaml, with -S and in an overlay', async () => {
    const p = await goodProject();
    const schema = { properties: { rate: { type: 'number' } }, additionalProperties: false };
    const line = '# yaml-language-server: $schema=schema.json\n';
    p.write('schema.json', JSON.stringify(schema));
    p.write('params.yaml', `${line}rate: fast\nrte: 1\n`);
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 3
      ! error: params.yaml:2:7 'rate' must be a number. Received: "fast"
        2 | rate: fast
          |       ^^^^

      params.yaml:3:1 Unknown key 'rte'.
        3 | rte: 1
          | ^^^
        Did you mean 'rate'?"
    `);
    p.write('params.yaml', line + PARAMS);
    expect(await p.ferment('repro', '-S', 'rate=fast', '-S', 'rte=1')).toMatchInlineSnapshot(`
      "exit 3
      ! error: -S:1:1 Unknown key 'rte'.
        1 | rte=1
          | ^^^
        Did you mean 'rate'?

      -S:1:6 'rate' must be a number. Received: "fast"
        1 | rate=fast
          |      ^^^^"
    `);
    p.write('more.yaml', 'rate: [1, 2]\n');
    expect(await p.ferment('repro', '--params', 'more.yaml')).toMatchInlineSnapshot(`
      "exit 3
      ! error: more.yaml:1:1 'rate' must be a number. Received: a list of 2
        1 | rate: [1, 2]
          | ^^^^"
    `);
    expect(await p.ferment('repro', '--params', 'mor.yaml')).toMatchInlineSnapshot(`
      "exit 3
      ! error: mor.yaml:1:1 This parameter file, named with --params, does not exist."
    `);
    expect(p.read('model.txt')).toBe('one\nrate: 0.1\n');
  });

  it('a cycle, and two stages with the same out', async () => {
    const p = await goodProject();
    p.write('pipeline.yaml', PIPELINE.replace('deps: [in.txt]', 'deps: [in.txt, model.txt]'));
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 3
      ! error: pipeline.yaml:6:3 The stages need each other in a circle: train → prepare → train.
        6 |   train:
          |   ^^^^^
        'prepare' is declared at pipeline.yaml:2."
    `);
    p.write('pipeline.yaml', PIPELINE.replace('outs: [model.txt]', 'outs: [middle.txt]'));
    expect(await p.ferment('status')).toMatchInlineSnapshot(`
      "exit 3
      ! error: pipeline.yaml:6:3 Stages 'prepare' and 'train' both write 'middle.txt'.
        6 |   train:
          |   ^^^^^
        'prepare' is declared at pipeline.yaml:2."
    `);
  });

  it('a program that does not compile', async () => {
    const p = await goodProject();
    p.write('stages/train.ts', 'export const rate = ;\n');
    p.write(
      'pipeline.yaml',
      PIPELINE.replace('cmd: cat middle.txt params.yaml > model.txt', 'module: stages/train.ts'),
    );
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 3
      failed     train    after TIME
      1 unchanged, 1 failed in TIME.
      ! error: stages/train.ts:1:21 Unexpected ";"
        1 | export const rate = ;
          |                     ^"
    `);
    expect(p.read('model.txt')).toBe('one\nrate: 0.1\n');
  });
});

describe('a command that asks for what is not there: exit 2', () => {
  it('a stage, a command, an option, a value', async () => {
    const p = cliProject(files);
    expect(await p.ferment('repro', 'trian')).toMatchInlineSnapshot(`
      "exit 2
      ! error: There is no stage, group or out 'trian'.
      Did you mean 'train'?"
    `);
    expect(await p.ferment('why', 'trian')).toMatchInlineSnapshot(`
      "exit 2
      ! error: There is no stage 'trian'.
      Did you mean 'train'?"
    `);
    const grouped = cliProject({ 'pipeline.yaml': 'stages: {g: {foreach: [a, b], do: {cmd: "true"}}}' });
    for (const command of ['why', 'logs'])
      expect(await grouped.ferment(command, 'g')).toMatchInlineSnapshot(`
        "exit 2
        ! error: Expected one stage. Received the group 'g'.
        Name one of its stages: g@a, g@b"
      `);
    expect(await p.ferment('reprow')).toMatchInlineSnapshot(`
      "exit 2
      ! error: unknown command 'reprow'
      (Did you mean repro?)
      ferment --help lists what there is."
    `);
    expect(await p.ferment('repro', '--forse')).toMatchInlineSnapshot(`
      "exit 2
      ! error: unknown option '--forse'
      (Did you mean --force?)
      ferment repro --help lists what there is."
    `);
    expect(await p.ferment('metrics', 'difff')).toMatchInlineSnapshot(`
      "exit 2
      ! error: unknown command 'difff'
      (Did you mean diff?)
      ferment metrics --help lists what there is."
    `);
    expect(await p.ferment('metrics', 'show', '--precision', '101')).toMatchInlineSnapshot(`
      "exit 2
      ! error: option '--precision <n>' argument '101' is invalid. Expected a whole number of at most 100.
      ferment metrics show --help lists what there is."
    `);
    expect(await p.ferment('gc', '--keep-runs', '')).toMatchInlineSnapshot(`
      "exit 2
      ! error: option '--keep-runs <n>' argument '' is invalid. Expected a whole number.
      ferment gc --help lists what there is."
    `);
    expect(await p.ferment('repro', '-j', 'many')).toMatchInlineSnapshot(`
      "exit 2
      ! error: option '-j, --jobs <n>' argument 'many' is invalid. Expected a whole number.
      ferment repro --help lists what there is."
    `);
    expect(p.has('.ferment/logs')).toBe(false);
  });

  it('a revision, a repository, a project', async () => {
    const p = cliProject(files);
    expect(await p.ferment('metrics', 'diff')).toMatchInlineSnapshot(`
      "exit 2
      ! error: Comparing needs a git repository, and ROOT is in none.
      Start one with: git init && git add . && git commit -m "First state""
    `);
    execFileSync('git', ['init', '-q'], { cwd: p.root });
    expect(await p.ferment('metrics', 'diff', 'HEAD~3')).toMatchInlineSnapshot(`
      "exit 2
      ! error: This git repository has no commit yet, so there is no 'HEAD~3' to compare with.
      Make the first one with: git add . && git commit -m "First state""
    `);
    expect(await cliProject().ferment('repro')).toMatchInlineSnapshot(`
      "exit 2
      ! error: There is no pipeline.yaml or dvc.yaml here or in a folder above.
      Go to a project, name a file with --file, or write a pipeline.yaml; a small one: stages: {hello: {cmd: echo hello}}"
    `);
    expect(await p.ferment('repro', '--file', 'other.yaml')).toMatchInlineSnapshot(`
      "exit 2
      ! error: The pipeline file other.yaml does not exist.
      Correct the path after --file."
    `);
  });
});

describe('a damaged state: said once, and mended by the next run', () => {
  it('a lock that is no YAML: the results come from the run cache', async () => {
    const p = await goodProject();
    const lock = p.read('pipeline.lock');
    p.write('pipeline.lock', '\u0000{{{ not a lock');
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 0
      warning: pipeline.lock is damaged, so all stages count as never run.
      restored   prepare  in TIME
      restored   train    in TIME
      2 restored in TIME."
    `);
    expect(p.read('pipeline.lock')).toBe(lock);
  });

  it('a lock with the marks of a merge conflict', async () => {
    const p = await goodProject();
    const lock = p.read('pipeline.lock');
    const at = lock.indexOf('  train:');
    const theirs = lock.slice(at).replace('0.1', '0.2');
    p.write(
      'pipeline.lock',
      `${lock.slice(0, at)}<<<<<<< HEAD\n${lock.slice(at)}=======\n${theirs}>>>>>>> other\n`,
    );
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 0
      warning: pipeline.lock has merge conflicts in train: these count as never run.
      restored   train    in TIME
      1 restored, 1 unchanged in TIME."
    `);
    expect(p.read('pipeline.lock')).toBe(lock);
  });

  it('a store that was removed: outs that are as the lock says stay good', async () => {
    const p = await goodProject();
    p.remove('.ferment');
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 0
      Nothing to do: 2 stages up to date (TIME)."
    `);
    p.remove('.ferment');
    p.remove('model.txt');
    expect(await p.ferment('checkout')).toMatchInlineSnapshot(`
      "exit 4
      ! Not in the store: model.txt. Make them again with: ferment repro"
    `);
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 0
      runs       train    out model.txt is missing
      ran        train    in TIME
      1 ran, 1 unchanged in TIME."
    `);
  });

  it('an object that is damaged: moved aside, made again', async () => {
    const p = await goodProject();
    const objects = join(p.root, '.ferment/objects');
    for (const folder of readdirSync(objects)) {
      for (const name of readdirSync(join(objects, folder))) {
        chmodSync(join(objects, folder, name), 0o644);
        // As many bytes as before: only their content says that they are not what they were.
        const file = join(objects, folder, name);
        writeFileSync(file, readFileSync(file, 'utf8').replace(/[a-z]/g, 'x'));
      }
    }
    p.remove('middle.txt');
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 0
      warning: Object DIGEST in the store is damaged: moved to ROOT/.ferment/quarantine/DIGEST, and treated as missing.
      runs       prepare  out middle.txt is missing
      ran        prepare  in TIME
      1 ran, 1 unchanged in TIME."
    `);
    expect(p.read('middle.txt')).toBe('one\n');
  });
});

describe('a machine that refuses', () => {
  /** A user whom the system may refuse something; undefined where there is none that can run this checkout. */
  function plainUser(root: string): object | undefined {
    if (process.getuid?.() !== 0) return {};
    const user = { uid: 65_534, gid: 65_534, env: { HOME: '/nonexistent' } };
    const look = spawnSync(process.execPath, [join(repository, 'bin/ferment.js'), '--version'], user);
    if (look.status !== 0) return undefined;
    execFileSync('chown', ['-R', '65534:65534', root]);
    return user;
  }

  it('files that cannot be read: a folder that a glob reaches into, a parameter file', async (context) => {
    const p = cliProject({
      'pipeline.yaml': 'stages: {a: {cmd: "cat d/*/*.txt > out", deps: ["d/**/*.txt"], outs: [out]}}\n',
      'params.yaml': '',
      'd/one/a.txt': '1\n',
      'd/two/b.txt': '2\n',
    });
    const user = plainUser(p.root);
    if (user === undefined) return context.skip('another user cannot read this checkout');
    await p.fermentAs(user, 'repro');
    chmodSync(join(p.root, 'd/two'), 0);
    onTestFinished(() => chmodSync(join(p.root, 'd/two'), 0o755));
    for (const command of ['repro', 'status'])
      expect(await p.fermentAs(user, command)).toContain(
        '! error: Cannot read ROOT/d/two (EACCES).\nMake it readable for this user.',
      );
    expect(p.read('out')).toBe('1\n2\n');
    chmodSync(join(p.root, 'd/two'), 0o755);
    expect(await p.fermentAs(user, 'status')).toContain('Everything is up to date.');
    chmodSync(join(p.root, 'params.yaml'), 0);
    expect(await p.fermentAs(user, 'status')).toMatchInlineSnapshot(`
      "exit 3
      ! error: params.yaml:1:1 The file cannot be used: reading it failed with EACCES.
        Make it readable for this user."
    `);
  });

  it('a folder that cannot be written: exit 4, and the next run goes on', async (context) => {
    const p = await goodProject();
    const user = plainUser(p.root);
    if (user === undefined) return context.skip('another user cannot read this checkout');
    p.write('in.txt', 'two\n');
    chmodSync(p.root, 0o555);
    onTestFinished(() => chmodSync(p.root, 0o755));
    expect(await p.fermentAs(user, 'repro')).toMatchInlineSnapshot(`
      "exit 4
      runs       prepare  in.txt changed
      failed     prepare  after TIME
      blocked    train    by prepare
      1 failed, 1 blocked in TIME.
      ! error: Cannot write ROOT/middle.txt (EACCES).
      Make the folder writable for this user, then run the same command again."
    `);
    expect([p.read('middle.txt'), p.read('model.txt')]).toEqual(['one\n', 'one\nrate: 0.1\n']);
    chmodSync(join(p.root, '.ferment'), 0o555);
    onTestFinished(() => chmodSync(join(p.root, '.ferment'), 0o755));
    expect(await p.fermentAs(user, 'repro')).toMatchInlineSnapshot(`
      "exit 4
      runs       prepare  in.txt changed
      failed     prepare  after TIME
      blocked    train    by prepare
      1 failed, 1 blocked in TIME.
      ! error: Cannot write ROOT/middle.txt (EACCES).
      Make the folder writable for this user, then run the same command again."
    `);
    expect([p.read('middle.txt'), p.read('model.txt')]).toEqual(['one\n', 'one\nrate: 0.1\n']);
    chmodSync(join(p.root, '.ferment'), 0o755);
    chmodSync(p.root, 0o755);
    expect(await p.fermentAs(user, 'repro')).toMatchInlineSnapshot(`
      "exit 0
      runs       prepare  in.txt changed
      ran        prepare  in TIME
      runs       train    middle.txt changed
      ran        train    in TIME
      2 ran in TIME."
    `);
    expect(p.read('model.txt')).toBe('two\nrate: 0.1\n');
  });

  it('a full disk: exit 4, and with room again the next run goes on', async (context) => {
    const disk = temporaryFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      return context.skip('mounting a small file system needs rights that this user has not');
    }
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const p = cliProject({ ...files, filler: 'x'.repeat(1_500_000) }, disk);
    await p.json(0, 'repro', '--json');
    p.write('in.txt', 'y'.repeat(900_000));
    expect(await p.ferment('repro', 'prepare')).toMatchInlineSnapshot(`
      "exit 4
      runs       prepare  in.txt changed
      failed     prepare  after TIME
      1 failed in TIME.
      ! error: No space left while writing ROOT/.ferment/objects/39/b7f0f1de30c0ef6afc3ae3bf7f8355c5625a9e4c152097e5cb52023df89209.
      Free some space (df -h shows where) and run the same command again; nothing good was lost."
    `);
    expect(p.read('model.txt')).toBe('one\nrate: 0.1\n');
    p.remove('filler');
    expect(await p.ferment('repro', 'prepare')).toMatchInlineSnapshot(`
      "exit 0
      Nothing to do: 1 stage up to date (TIME)."
    `);
    expect(p.read('middle.txt')).toBe('y'.repeat(900_000));
  });
});

describe('a run that does not come to its end', () => {
  const slow = PIPELINE.replace(
    'cp in.txt middle.txt',
    'cp in.txt middle.txt; touch begun; cat pipe; rm -f begun',
  );

  /** A project whose first stage, from its second run on, waits until someone writes to a pipe. */
  async function slowProject() {
    const p = cliProject({ ...files, 'pipeline.yaml': slow, pipe: '' });
    await p.json(0, 'repro', '--json');
    p.remove('pipe');
    execFileSync('mkfifo', [join(p.root, 'pipe')]);
    p.write('in.txt', 'two\n');
    return p;
  }

  /** The stage reads a plain file from now on; whoever still waits for the pipe is let go. */
  function letItEnd(p: CliProject) {
    const old = join(p.root, 'old-pipe');
    renameSync(join(p.root, 'pipe'), old);
    p.write('pipe', '');
    onTestFinished(() => closeSync(openSync(old, constants.O_RDWR | constants.O_NONBLOCK)));
  }

  it('Ctrl-C: exit 130, the old outs are back, the next run goes on', async () => {
    const p = await slowProject();
    const { child, ended } = p.start('repro');
    await untilThere(join(p.root, 'begun'));
    child.kill('SIGINT');
    expect(await ended).toMatchInlineSnapshot(`
      "exit 130
      runs       prepare  in.txt changed
      cancelled  prepare
      cancelled  train
      2 cancelled in TIME.
      ! Stopping: running stages are ended and their old outs put back. Once more to leave at once.
      error: Stopped. What was finished is kept.
      Run the same command again to go on."
    `);
    expect([p.read('middle.txt'), p.read('model.txt')]).toEqual(['one\n', 'one\nrate: 0.1\n']);
    letItEnd(p);
    expect(await p.ferment('repro')).toMatchInlineSnapshot(`
      "exit 0
      runs       prepare  in.txt changed
      ran        prepare  in TIME
      runs       train    middle.txt changed
      ran        train    in TIME
      2 ran in TIME."
    `);
    expect(p.read('model.txt')).toBe('two\nrate: 0.1\n');
  });

  it('kill -9: the next run says so, ends what was left running, brings the old outs back and goes on', async () => {
    const p = await slowProject();
    const { child, ended } = p.start('repro', '--json');
    await untilThere(join(p.root, 'begun'));
    child.kill('SIGKILL');
    await ended;
    await untilGone(child.pid ?? 0);
    letItEnd(p);
    // How many processes were left depends on the instant.
    const next = (await p.ferment('repro')).replace(/, (?:a|\d+) process.* ended/, '');
    expect(next).toMatchInlineSnapshot(`
      "exit 0
      warning: An earlier run of stage 'prepare' was killed: its old outs are back.
      runs       prepare  in.txt changed
      ran        prepare  in TIME
      runs       train    middle.txt changed
      ran        train    in TIME
      2 ran in TIME."
    `);
    expect(p.read('model.txt')).toBe('two\nrate: 0.1\n');
  });

  it('a reader that goes away (| head -1): the run goes on to its end, without a word', async () => {
    const p = cliProject(files);
    const shell = `"${process.execPath}" "${join(repository, 'bin/ferment.js')}" repro | head -1; sync`;
    const { stdout, stderr } = spawnSync('/bin/bash', ['-c', shell], { cwd: p.root, encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['runs       prepare  for the first time\n', '']);
    expect(p.read('model.txt')).toBe('one\nrate: 0.1\n');
  });
});

describe('a data source that is not what it should be', () => {
  const PARAMS_OF_ZIP = `download: {source: zip, path: faces.zip}
inject: {source: none}
augment: {targets: {}}
`;

  function faces(changed: Readonly<Record<string, string>> = {}): Buffer {
    const files = sampleFiles({ train: 4, publicTest: 2, privateTest: 2 });
    for (const [name, text] of Object.entries(changed)) files.set(name, Buffer.from(text));
    return makeZip([...files].map(([name, data]) => ({ name, data })));
  }

  it('one sentence each, the old data set stays, and the next good run goes on', async () => {
    const p = cliProject({ 'faces.yaml': PARAMS_OF_ZIP }, copyOfStudy());
    const repro = (...args: readonly string[]) =>
      p.ferment('repro', 'download', '--params', 'faces.yaml', ...args);
    const before = faces();
    p.write('faces.zip', before);
    await p.json(0, 'repro', 'download', '--params', 'faces.yaml', '--json');
    const manifest = p.read('data/raw/manifest.json');

    expect(await repro('-S', 'download.path=null')).toMatchInlineSnapshot(`
      "exit 1
      runs       download  faces.zip is no longer a dep, params.yaml:download.path "faces.zip" → null
      download | download.path must name a zip file. Received: nothing.
      download | Set it in params.yaml, or for one run: -S download.path=PATH
      failed     download  after TIME
      1 failed in TIME.
      ! error: Stage 'download' failed: its command exited with 1.
      What it wrote: ferment logs download"
    `);
    expect(await repro('-S', 'download.path=face.zip')).toMatchInlineSnapshot(`
      "exit 1
      failed     download  after TIME
      1 failed in TIME.
      ! error: Stage 'download' depends on face.zip, which does not exist.
      Did you mean 'faces.zip'? The path is download.path, given with -S."
    `);
    p.write('faces.zip', before.subarray(0, before.length / 2));
    expect(await repro()).toMatchInlineSnapshot(`
      "exit 1
      runs       download  faces.zip changed
      download | Cannot use the archive faces.zip: it is cut short, or no zip archive.
      download | Get the archive again, and compare its size and SHA-256 with what its source says.
      failed     download  after TIME
      1 failed in TIME.
      ! error: Stage 'download' failed: its command exited with 1.
      What it wrote: ferment logs download"
    `);
    p.write('faces.zip', 'This is a text.\n');
    expect(await repro()).toMatchInlineSnapshot(`
      "exit 1
      runs       download  faces.zip changed
      download | Cannot use the archive faces.zip: it is cut short, or no zip archive.
      download | Get the archive again, and compare its size and SHA-256 with what its source says.
      failed     download  after TIME
      1 failed in TIME.
      ! error: Stage 'download' failed: its command exited with 1.
      What it wrote: ferment logs download"
    `);
    expect(p.read('data/raw/manifest.json')).toBe(manifest);

    p.write('faces.zip', before);
    expect(await repro()).toMatchInlineSnapshot(`
      "exit 0
      Nothing to do: 1 stage up to date (TIME)."
    `);
  });

  it('images that are none are named, all of them', async () => {
    const p = cliProject({ 'faces.yaml': PARAMS_OF_ZIP }, copyOfStudy());
    p.write(
      'faces.zip',
      faces({ 'train/angry/Training_1.png': 'text', 'train/happy/Training_2.jpg': 'text' }),
    );
    const shown = await p.ferment('repro', 'to-rgb', '--params', 'faces.yaml');
    expect(shown).toMatchInlineSnapshot(`
      "exit 1
      runs       download  for the first time
      download | faces.zip holds 2 files that are no images:
      download |   train/angry/Training_1.png: a JPEG or PNG was expected. Received: 4 bytes that begin "text"
      download |   train/happy/Training_2.jpg: a JPEG or PNG was expected. Received: 4 bytes that begin "text"
      download | Remove or replace them in the source, then run the same command again.
      failed     download  after TIME
      blocked    inject    by download
      blocked    augment   by download
      blocked    to-rgb    by download
      1 failed, 3 blocked in TIME.
      ! error: Stage 'download' failed: its command exited with 1.
      What it wrote: ferment logs download"
    `);
    p.write('faces.zip', faces());
    expect(await p.ferment('repro', 'to-rgb', '--params', 'faces.yaml')).toMatchInlineSnapshot(`
      "exit 0
      runs       download  for the first time
      ran        download  in TIME
      runs       inject    for the first time
      ran        inject    in TIME
      runs       augment   for the first time
      ran        augment   in TIME
      runs       to-rgb    for the first time
      ran        to-rgb    in TIME
      4 ran in TIME."
    `);
  });
});
