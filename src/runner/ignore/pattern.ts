/** Whose reading of a pattern: they differ in what is below a folder that a later pattern takes back. */
export type Dialect = 'git' | 'dvc';

/**
 * The expression that a pattern of an ignore file stands for, over paths below the file's folder, without `!` and a
 * slash at the end; undefined for what matches nothing, an open bracket for one. The format is that of gitignore(5).
 * As DVC reads it (pathspec's GitIgnoreSpecPattern), a pattern matches all below what it names, too, and `a/**` the
 * folder `a`, which is then asked for as `a/`.
 */
export function expressionFor(pattern: string, dialect: Dialect): RegExp | undefined {
  const segments = segmentsOf(pattern);
  const end = dialect === 'dvc' ? '(?:/.*)?$' : '$';
  const names = segments.map((segment) => (segment === '**' ? '' : nameExpression(segment)));
  if (names.includes(undefined)) return undefined;
  const parts = segments.map((segment, i) => {
    const isLast = i === segments.length - 1;
    if (segment === '**') return anyFolders(i, isLast, dialect);
    const isAtStart = i === 0 || (i === 1 && segments[0] === '**');
    return `${isAtStart ? '' : '/'}${names[i]}${isLast ? end : ''}`;
  });
  return new RegExp(`^${parts.join('')}`, 'su');
}

/** A pattern with a slash inside is meant from its folder, one without for any depth. */
function segmentsOf(pattern: string): readonly string[] {
  const segments = pattern.split('/');
  if (segments.length === 1) segments.unshift('**');
  else if (segments[0] === '') segments.shift();
  return segments.filter((segment, i) => segment !== '**' || segments[i - 1] !== '**');
}

function anyFolders(at: number, isLast: boolean, dialect: Dialect): string {
  if (at === 0) return isLast ? '' : '(?:.+/)?';
  if (!isLast) return '(?:/.+)?';
  return dialect === 'dvc' ? '/' : '/.+$';
}

/** An escaped character, a bracket (where one that closes comes first, it is a character), or a character. */
const TOKENS = /\\.|\[[!^]?(?:\\.|[^\\])(?:\\.|[^\]\\])*\]|./gsu;

function nameExpression(glob: string): string | undefined {
  if (glob === '*') return '[^/]+';
  const parts = (glob.match(TOKENS) ?? []).map(tokenExpression);
  return parts.includes(undefined) ? undefined : parts.join('');
}

function tokenExpression(token: string): string | undefined {
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  // Nothing follows that it could escape, or that closes it.
  if (token === '\\' || token === '[') return undefined;
  if (token.startsWith('[')) return bracketExpression(token);
  return literal(token.replace(/^\\/, ''));
}

function bracketExpression(token: string): string | undefined {
  const isNegated = /^\[[!^]/.test(token);
  const inside = token
    .slice(isNegated ? 2 : 1, -1)
    .replace(/\\(.)|[[\]^]/gsu, (found, escaped: string | undefined) => literal(escaped ?? found));
  const expression = isNegated ? `[^/${inside}]` : `(?!/)[${inside}]`;
  return inside !== '' && isExpression(expression) ? expression : undefined;
}

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** False for a range that goes backwards. */
function isExpression(text: string): boolean {
  try {
    new RegExp(text, 'su');
    return true;
  } catch {
    return false;
  }
}
