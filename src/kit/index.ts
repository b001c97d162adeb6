export {
  type AtomicOptions,
  openInFolder,
  removeQuietly,
  syncFolder,
  temporaryNameFor,
  writeFileAtomic,
} from './atomic.ts';
export { canonicalJson, type Json, prettyJson } from './canonical-json.ts';
export { configureProgram, runCommandLine, runProcess } from './command-line.ts';
export { type Diagnostic, DiagnosticsError } from './diagnostics.ts';
export { type Digest, digestOf, digestOfJson, isDigest, shortDigest } from './digest.ts';
export { type Edge, longestPaths, withoutImpliedEdges } from './edges.ts';
export {
  ERRORS,
  type ErrorCode,
  type ErrorDetails,
  errnoOf,
  explainSystemError,
  explainWriteError,
  FermentError,
  isFermentError,
  messageOf,
  unreachable,
} from './errors.ts';
export { COLORS_ON_DARK, COLORS_ON_WHITE } from './figure-colors.ts';
export { isFolder, makeFolder } from './folder.ts';
export { installed } from './installation.ts';
export {
  identify,
  isGone,
  isIdentity,
  isOwn,
  ownIdentity,
  type ProcessIdentity,
  statWords,
} from './process-identity.ts';
export { createRandom, type Random, type RandomState } from './random.ts';
export { readTextIfAny } from './read-text.ts';
export { linearScale, type Scale } from './scale.ts';
export { element, escapeText, label, round } from './svg.ts';
export { literalMarkdown, renderMarkdownTable, renderTable, type TableOptions } from './table.ts';
export {
  createPainter,
  cutEnd,
  cutMiddle,
  type Paint,
  printError,
  printLine,
  printWarning,
  type Sink,
  type Style,
  type Terminal,
} from './terminal.ts';
export {
  compareBytes,
  didYouMean,
  escapeControl,
  formatBytes,
  formatCount,
  formatDuration,
  indent,
  plural,
  quoteWord,
  someOf,
} from './text.ts';
export { VERSION } from './version.ts';
export { widthOf } from './width.ts';
