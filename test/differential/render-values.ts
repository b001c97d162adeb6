import { isNumber, isTree, type Tree, type Value } from './world.ts';

/** A parameter file's text, by the end of its name. */
export function renderParams(file: string, tree: Tree): string {
  if (file.endsWith('.toml')) return renderToml(tree);
  if (file.endsWith('.py')) return renderPython(tree);
  // JSON is YAML too; block style makes it look like what people write.
  return file.endsWith('.json') ? `${renderJson(tree)}\n` : renderYaml(tree, '');
}

function renderYaml(tree: Tree, indent: string): string {
  return Object.entries(tree)
    .map(([key, value]) =>
      isTree(value) && Object.keys(value).length > 0
        ? `${indent}${key}:\n${renderYaml(value, `${indent}  `)}`
        : `${indent}${key}: ${renderJson(value)}\n`,
    )
    .join('');
}

/** As JSON, which is YAML as well. */
export function renderJson(value: Value): string {
  if (isNumber(value)) return value.number;
  if (Array.isArray(value)) return `[${value.map(renderJson).join(', ')}]`;
  if (isTree(value)) {
    const fields = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${renderJson(one)}`);
    return `{${fields.join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** With a word for what TOML cannot say: null. */
function renderToml(tree: Tree): string {
  return Object.entries(tree)
    .map(([key, value]) => `${key} = ${tomlValue(value)}\n`)
    .join('');
}

function tomlValue(value: Value): string {
  if (value === null) return '"nothing"';
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  if (!isTree(value)) return renderJson(value);
  const fields = Object.entries(value).map(([key, one]) => `${key} = ${tomlValue(one)}`);
  return `{${fields.join(', ')}}`;
}

function renderPython(tree: Tree): string {
  return Object.entries(tree)
    .map(([key, value]) => `${key} = ${pythonValue(value)}\n`)
    .join('');
}

function pythonValue(value: Value): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  if (!isTree(value)) return renderJson(value);
  const fields = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${pythonValue(one)}`);
  return `{${fields.join(', ')}}`;
}
