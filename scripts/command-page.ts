import type { Command } from 'commander';
import { createProgram } from '../src/cli/program.ts';

/** docs/cli.md: every command with its arguments and options. */
export function renderCommandPage(): string {
  const silent = { write: () => true };
  const program = createProgram({ stdout: silent, stderr: silent, env: {}, cwd: '.' }, () => {});
  const visible = program
    .createHelp()
    .visibleCommands(program)
    .filter((one) => one.name() !== 'help');
  const commands = visible.flatMap((command) => leavesOf(command, command.name()));
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
    ...commands.flatMap(({ name, command }) => sectionOf(name, command)),
    JSON_FORMS,
  ].join('\n');
}

function leavesOf(command: Command, name: string): { readonly name: string; readonly command: Command }[] {
  if (command.commands.length === 0) return [{ name, command }];
  return command.commands.flatMap((child) => leavesOf(child, `${name} ${child.name()}`));
}

function sectionOf(name: string, command: Command): string[] {
  const options = command.options.map(
    (option) => `| \`${escapeCell(option.flags)}\` | ${escapeCell(option.description)} |`,
  );
  const args = command.registeredArguments.map((argument) => {
    const text = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  const described = command.registeredArguments.filter((argument) => argument.description !== '');
  return [
    `## ferment ${name}`,
    '',
    command.description(),
    '',
    '```',
    ['ferment', name, ...args, ...(options.length === 0 ? [] : ['[options]'])].join(' '),
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

\`kind\` is one of \`cmd\`, \`code\`, \`dep\`, \`param\`, \`env\`, \`graph\`, \`out\`, \`never-run\`, \`always\`; \`change\` one of \`new\`, \`modified\`, \`deleted\`.

\`metrics show --json\` is file to dotted key to value; of several revisions, or with \`-a\`, \`-T\`, \`--all-commits\`, revision to that, the workspace as \`workspace\`:

\`\`\`json
{"workspace":{"metrics.json":{"accuracy":0.6}},"main":{"metrics.json":{"accuracy":0.5}}}
\`\`\`

\`metrics diff --json\` and \`params diff --json\` are file to dotted key to values; a side that is not there is left out, \`diff\` is there for two numbers:

\`\`\`json
{"metrics.json":{"accuracy":{"old":0.5,"new":0.6,"diff":0.1}}}
\`\`\`
`;
