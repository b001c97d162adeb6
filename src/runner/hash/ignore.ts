/** Names that are never part of a folder's content, at any depth: version control, our own state, and droppings of tools. */
const IGNORED_NAMES: ReadonlySet<string> = new Set([
  '.git',
  '.ferment',
  '.DS_Store',
  '__pycache__',
  '.ipynb_checkpoints',
]);

/** What kit's writeFileAtomic leaves behind when it is killed: `.name.PID.HEX.tmp`. */
const OUR_TEMPORARY = /^\..+\.\d+\.[0-9a-f]{8}\.tmp$/;

/** True for a file or folder name that hashing and restoring pass over. */
export function isIgnoredName(name: string): boolean {
  if (IGNORED_NAMES.has(name)) return true;
  return name.endsWith('.tmp') && OUR_TEMPORARY.test(name);
}
