/**
 * Names of stages, as DVC loads them: anything but `@`, `:`, slashes and control characters, which mean something in
 * targets and paths, and no blank or dash at the start, no blank at the end.
 */
export const STAGE_NAME =
  '^(?!\\.{1,2}$)[^@:/\\\\\\s\\u0000-\\u001f\\u007f-]([^@:/\\\\\\u0000-\\u001f\\u007f]*[^@:/\\\\\\s\\u0000-\\u001f\\u007f])?$';
