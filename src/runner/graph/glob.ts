import picomatch from 'picomatch';
import type { Claim, OutIndex } from './out-index.ts';
import type { RealPaths } from './real-paths.ts';

/** Matches glob deps with what stages declare to write. Each pattern is compiled once. */
export function createGlobMatcher(index: OutIndex, realPaths: RealPaths) {
  const exactly = new Map<string, readonly Claim[]>();
  return {
    /** The outs whose own path the pattern matches, sorted by path. */
    exact(pattern: string): readonly Claim[] {
      const known = exactly.get(pattern);
      if (known !== undefined) return known;
      const isMatch = picomatch(pattern);
      const real = realPattern(pattern, realPaths);
      const isRealMatch = real === pattern ? isMatch : picomatch(real);
      const found = near(real, index).filter(({ path, real: place }) => isMatch(path) || isRealMatch(place));
      exactly.set(pattern, found);
      return found;
    },
    /** The outs that may be folders with files inside that the pattern matches. */
    into(pattern: string): readonly Claim[] {
      const real = realPattern(pattern, realPaths);
      return near(real, index).filter((claim) => mayReachInto(real, claim.real));
    },
  };
}

/** The pattern with the links of its fixed beginning followed. */
function realPattern(pattern: string, realPaths: RealPaths): string {
  const { base } = picomatch.scan(pattern);
  return base === '' || !pattern.startsWith(base)
    ? pattern
    : realPaths.read(base) + pattern.slice(base.length);
}

/** Only outs that share the pattern's fixed beginning can match; most patterns have one. */
function near(pattern: string, index: OutIndex): readonly Claim[] {
  const { base } = picomatch.scan(pattern);
  if (base === '') return index.all;
  const holder = index.holder(base);
  return holder === undefined ? index.under(base) : [holder];
}

/**
 * True when files below `folder` could match: the pattern's first parts match the folder's, and there are more. A path
 * that looks like a file's (it has an ending) has no files below it, unless the pattern names the ending: `*.zarr/*`.
 */
function mayReachInto(pattern: string, folder: string): boolean {
  const parts = pattern.split('/');
  const names = folder.split('/');
  const ending = /\.[A-Za-z][\w]*$/.exec(names.at(-1) ?? '')?.[0];
  // Braces and brackets around a slash cannot be cut into parts; such a pattern is taken to reach everywhere near.
  if (/[{([][^})\]]*\/[^})\]]*[})\]]/.test(pattern)) return ending === undefined;
  for (const [i, name] of names.entries()) {
    const part = parts[i];
    if (part === '**') return ending === undefined;
    if (part === undefined || !picomatch.isMatch(name, part)) return false;
    if (i === names.length - 1 && ending !== undefined && !part.endsWith(ending)) return false;
  }
  return parts.length > names.length;
}
