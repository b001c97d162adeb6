import type { Command } from 'commander';
import { createProgram } from '../src/cli/program.ts';
import { createProgram as createFerProgram } from '../src/fer-cli/program.ts';

/** docs/cli.md: every command with its arguments and options. */
export function renderCommandPage(): string {
  const program = createProgram(NOWHERE, () => {});
  return [
    '# Command line',
    '',
    '<!-- Written by `npm run docs` from src/cli/declare/. -->',
    '',
    'In a checkout: `npx ferment COMMAND`; `npm run repro -- OPTIONS` is `ferment repro OPTIONS` with set-up before it.',
    '',
    'Outcomes of a stage: `ran`, `restored` (from the run cache), `unchanged`, `frozen`, `failed`, `blocked` (something upstream failed), `cancelled`.',
    '',
    'Exit codes: 0 ok, 1 a stage failed, 2 usage, 3 bad pipeline or params, 4 store or integrity, 70 a bug, 130 interrupted. See [errors](errors.md).',
    '',
    ...sectionsOf(program),
    JSON_FORMS,
  ].join('\n');
}

/** docs/fer.md: the same for the study's own command. */
export function renderFerPage(): string {
  const program = createFerProgram(NOWHERE, () => {});
  return [
    "# The study's command",
    '',
    '<!-- Written by `npm run docs` from src/fer-cli/declare/. -->',
    '',
    'In a checkout: `npx fer COMMAND`. The pipeline is run by [`ferment`](cli.md); `fer` does what belongs to no stage.',
    '',
    'Exit codes: 0 ok, 1 the work failed, 2 usage, 4 the disk, 70 a bug. See [errors](errors.md).',
    '',
    ...sectionsOf(program),
    FER_FORMS,
  ].join('\n');
}

const silent = { write: () => true };
const NOWHERE = { stdout: silent, stderr: silent, env: {}, cwd: '.' };

function sectionsOf(program: Command): string[] {
  const visible = program
    .createHelp()
    .visibleCommands(program)
    .filter((one) => one.name() !== 'help');
  return visible
    .flatMap((command) => leavesOf(command, `${program.name()} ${command.name()}`))
    .flatMap(({ name, command }) => sectionOf(name, command));
}

function leavesOf(command: Command, name: string): { readonly name: string; readonly command: Command }[] {
  if (command.commands.length === 0) return [{ name, command }];
  return command.commands.flatMap((child) => leavesOf(child, `${name} ${child.name()}`));
}

function sectionOf(name: string, command: Command): string[] {
  const help = command.createHelp();
  const options = command.options.map(
    (option) => `| \`${escapeCell(option.flags)}\` | ${escapeCell(help.optionDescription(option))} |`,
  );
  const args = command.registeredArguments.map((argument) => {
    const text = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  const described = command.registeredArguments.filter((argument) => argument.description !== '');
  return [
    `## ${name}`,
    '',
    command.description(),
    '',
    '```',
    [name, ...args, ...(options.length === 0 ? [] : ['[options]'])].join(' '),
    '```',
    '',
    ...(described.length === 0
      ? []
      : [...described.map((argument) => `- \`${argument.name()}\`: ${argument.description}`), '']),
    ...(options.length === 0 ? [] : ['| option | meaning |', '|---|---|', ...options, '']),
  ];
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const JSON_FORMS = `## JSON

\`repro --json\` writes one object a line to stdout, each with \`event\`: \`run-start\`, \`stage-decided\` (with reasons), \`stage-start\`, \`stage-progress\`, \`stage-warning\`, \`stage-end\`; the last is

\`\`\`json
{"event":"summary","ok":true,"stages":{"prepare":"unchanged","train":"ran"},"seconds":12.3}
\`\`\`

The stages' own output goes to stderr in this mode.

\`status --json\` is \`{}\` when all is fresh, else stage to changes:

\`\`\`json
{"train":[{"kind":"param","name":"params.yaml:train.lr","change":"modified","old":0.1,"new":0.2}]}
\`\`\`

\`kind\` is one of \`cmd\`, \`code\`, \`dep\`, \`param\`, \`env\`, \`graph\`, \`out\`, \`name\`, \`never-run\`, \`always\`; \`change\` one of \`new\`, \`modified\`, \`deleted\`.

\`metrics show --json\` is file to dotted key to value; of several revisions, or with \`-a\`, \`-T\`, \`--all-commits\`, revision to that, the workspace as \`workspace\`:

\`\`\`json
{"workspace":{"metrics.json":{"accuracy":0.6}},"main":{"metrics.json":{"accuracy":0.5}}}
\`\`\`

\`metrics diff --json\` and \`params diff --json\` are file to dotted key to values; a side that is not there is left out, \`diff\` is there for two numbers:

\`\`\`json
{"metrics.json":{"accuracy":{"old":0.5,"new":0.6,"diff":0.1}}}
\`\`\`
`;

const FER_FORMS = `## What predict does

An image of 48 x 48 is taken for a face, as those of the data set are. In any other picture (turned upright as its EXIF orientation says) faces are found by the tiny detector of the optional package \`@vladmandic/face-api\`, which brings its weights along, and cut out as FER2013 cuts them: a square of the mean side s of the detector's box, moved by 0.033 s to the right and 0.125 s up (medians of 457 PublicTest images in a plain picture). Squares that reach over the edge repeat it. Without a face, without the package or on WebGPU the middle square is answered, and stderr says so. \`--annotate\` writes a PNG of each picture with squares and answers, named as the picture, into a folder; it replaces its own earlier drawings, and refuses to replace any other file. Pictures of more than 64 million pixels are refused. Files that are damaged or no pictures are named on stderr after the answers to the others, and the exit code is 1, so that no answer is missing unseen; a file that is not there ends the command before it answers.

Probabilities are those of the logits divided by the \`temperature\` in the model's \`model-info.json\`. The model that comes with Ferment is \`models/fer2013\`; its README says what it was trained on, how good it is, and what it must not be used for.

## What evaluate and publish do

\`evaluate\` compares by the names of the classes, in whatever order \`model-info.json\` has them; files and folders that it leaves alone, and classes without an image, are said on stderr. Its log loss is that of the probabilities that \`predict\` gives, at the model's temperature.

\`publish\` takes the figures from \`reports/metrics/\` of the folder it runs in. It refuses those of another model (trained again since, not evaluated again), and to write its card over a README.md beside which no model lies. Figures are those of the model before it is rounded to float16, which moves them little: of FER2013's 3,589 test images the shipped model names 2,497 rightly, and 2,496 before (\`npx fer evaluate models/fer2013 data/processed/test\`). A number of 65,520 or more, which float16 does not hold, is refused: \`--precision float32\`.

## JSON

\`predict --json\` prints a list with one object for each face: \`file\`, \`face\` (\`left\`, \`top\`, \`side\` in pixels of the upright picture, and the detector's \`score\`; null where a whole picture or its middle square is answered), \`class\`, \`probabilities\` by class.

\`import-weights --json\` prints one object: \`architecture\`, \`format\` (\`safetensors\` or \`hdf5\`), \`layout\` (\`keras\` or \`pytorch\`), \`naming\`, \`tensors\` (how many were read), \`parameters\`, \`preprocessing\`, \`randomLayers\`, \`file\`, \`out\`. Which files are read, and by which names: [weights.md](weights.md).

\`bench --json\` prints one object, model to figures; the device and the library are said on stderr:

\`\`\`json
{"resnet":{"trainImagesPerSecond":146.2,"predictImagesPerSecond":483.1,"peakMemoryBytes":624951296}}
\`\`\`

A rate is the batch size over the median time of a step, from an array in memory to moved weights or to logits in memory: Adam, random images, dropout as in the study; of VGG16 the last block and the head are trained. Each model is measured in a process of its own, whose largest resident set is the memory, the library's own part (some 0.35 GB) included. Rates move with whatever else the machine does: compare only what ran in one sitting.
`;
