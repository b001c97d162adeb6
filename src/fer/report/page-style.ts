import { DARK_HALO, type Palette } from './figures/index.ts';

/** What is measured changes by its colour on white. */
function darkColors(onDark: Palette['onDark']): string {
  return Object.entries(onDark)
    .map(([color, dark]) => `[fill="${color}"] { fill: ${dark}; } [stroke="${color}"] { stroke: ${dark}; }`)
    .join('\n  ');
}

/**
 * The page's style sheet. On a dark screen the figures change with it, their neutral parts by the classes of
 * figures/svg.ts and their colours by the palette's; on paper everything is dark on white, and no figure or row is cut in two.
 */
export const pageStyle = ({ onDark }: Palette): string => `
:root { color-scheme: light dark; --ink: #1f2933; --muted: #616e7c; --line: #e4e7eb; --ground: #ffffff; --accent: #0b5394; --raised: #f7f9fb; --code: #f3f5f7; --note: #fffaeb; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
nav { background: var(--raised); border-bottom: 1px solid var(--line); }
nav ul { margin: 0 auto; max-width: 68rem; padding: .6rem 1.25rem; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
nav a { color: var(--accent); text-decoration: none; font-size: .9rem; }
nav a:hover { text-decoration: underline; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1.5rem 0 .75rem; }
h2 { font-size: 1.35rem; margin: 2.75rem 0 .75rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.75rem 0 .5rem; }
p { max-width: 46rem; }
.note { border-left: 4px solid #e6a700; background: var(--note); padding: .6rem .9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .93rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0 .5rem; }
caption span { display: block; position: sticky; left: 0; max-width: calc(100vw - 2.5rem); }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
td:first-child, td code { white-space: nowrap; }
.number { text-align: right; }
td.number { white-space: nowrap; }
figure { margin: 1.25rem 0; position: relative; }
figure svg { display: block; max-width: 100%; min-width: calc(.85 * var(--width)); height: auto; }
figcaption { color: var(--muted); font-size: .9rem; max-width: 46rem; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; background: var(--code); padding: .1em .3em; border-radius: 3px; }
pre { overflow-x: auto; background: var(--code); padding: .8rem 1rem; border-radius: 6px; }
pre code { padding: 0; background: none; }
.ring { fill: none; stroke: var(--ink); stroke-width: 1.5; pointer-events: none; }
.tip { position: absolute; transform: translateY(-50%); padding: .15rem .5rem; border: 1px solid var(--line); border-radius: 4px; color: var(--ink); background: var(--raised); font-size: .85rem; white-space: nowrap; pointer-events: none; }
@media screen and (min-width: 60rem) {
  nav { position: sticky; top: 0; z-index: 1; max-height: 5rem; overflow-y: auto; }
  h2, h3, figure { scroll-margin-top: 5.5rem; }
}
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e3e8ed; --muted: #9aa8b5; --line: #2c3640; --ground: #14191f; --accent: #7db7ee; --raised: #1a2129; --code: #202933; --note: #2b2513; }
  .ink { fill: #e3e8ed; }
  .quiet { fill: #9aa8b5; }
  .quiet-line { stroke: #9aa8b5; }
  .soft-line { stroke: #6f7d8b; }
  .grid-line { stroke: #2c3640; }
  .ground { fill: #14191f; }
  .panel { fill: #1a2129; stroke: #2c3640; }
  .box { fill: #1d2a38; stroke: #5480ab; }
  .halo { stroke: ${DARK_HALO}; }
  .on-light { display: none; }
  .on-dark { display: inline; }
  ${darkColors(onDark)}
}
@page { margin: 1.6cm; }
@media print {
  nav { display: none; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  caption span { max-width: none; }
  td:first-child { white-space: normal; overflow-wrap: anywhere; }
  th, td { padding: .3rem .35rem; }
  h1, h2, h3, caption { break-after: avoid; }
  figure, tr, .note { break-inside: avoid; }
  .note, .ink { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  figure svg { min-width: 0; max-height: 22cm; }
}
`;
