import { COLORS_ON_DARK, COLORS_ON_WHITE } from '../../kit/index.ts';

const variables = (colors: readonly string[]): string =>
  colors.map((color, i) => `--c${i}:${color}`).join(';');
const classes = COLORS_ON_WHITE.map((_, i) => `.c${i}{--c:var(--c${i})}`).join('');

const LIGHT_PAGE = `--ground:#fff;--panel:#fff;--ink:#1f2933;--muted:#5a6673;--grid:#e6e9ed;--axis:#8a949f;--line:#dfe3e8;--warn:#fff7e0;--warn-line:#d99a00;--cell:#f2f5f8;--deep:#1f2933;--heat:#0072b2;${variables(COLORS_ON_WHITE)}`;
const DARK_PAGE = `--ground:#12161b;--panel:#171c22;--ink:#e6eaee;--muted:#9fabb7;--grid:#2a323b;--axis:#66727e;--line:#2a323b;--warn:#2b2410;--warn-line:#c99a2e;--cell:#1d242c;--deep:#171c22;--heat:#56b4e9;${variables(COLORS_ON_DARK)}`;

export const PAGE_STYLE = `
:root{color-scheme:light dark;${LIGHT_PAGE}}
@media (prefers-color-scheme:dark){:root{${DARK_PAGE}}}
@media print{:root{color-scheme:light;${LIGHT_PAGE}}}
${classes}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:var(--ground);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,main{max-width:84rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
h1{font-size:1.5rem;line-height:1.2;margin:0}
header p{margin:.25rem 0 1rem;color:var(--muted)}
.revision{display:inline-flex;align-items:center;margin-right:1rem;color:var(--ink)}
.revision::before{content:"";width:.7rem;height:.7rem;border-radius:2px;margin-right:.45rem;background:var(--c)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:0 0 1rem;padding:0;font-size:.9rem}
a{color:var(--heat);text-decoration:none}
a:hover{text-decoration:underline}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr));gap:1.25rem;padding-bottom:4rem;align-items:start}
figure{margin:0;padding:1rem 1.1rem .9rem;background:var(--panel);border:1px solid var(--line);border-radius:8px;min-width:0}
figure.wide{grid-column:1/-1}
h2{font-size:1rem;line-height:1.35;margin:0 0 .6rem;overflow-wrap:anywhere}
h3{font-size:.88rem;font-weight:600;margin:0 0 .35rem;overflow-wrap:anywhere}
.source{margin:-.5rem 0 .6rem;color:var(--muted);font-size:.82rem;overflow-wrap:anywhere}
.problems{list-style:none;margin:0 0 .7rem;padding:.45rem .7rem;background:var(--warn);border-left:4px solid var(--warn-line);border-radius:0 4px 4px 0;font-size:.86rem;overflow-wrap:anywhere}
.panels{display:flex;flex-wrap:wrap;gap:1.25rem}
.panel{flex:1 1 20rem;min-width:0}
.plot{position:relative;border-radius:4px;touch-action:pan-y}
.plot:focus-visible{outline:2px solid var(--c0);outline-offset:4px}
.plot svg{display:block;width:100%;height:auto;overflow:visible}
img{display:block;max-width:100%;height:auto;background:#fff;border-radius:4px}
svg text{font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--muted);font-variant-numeric:tabular-nums}
svg .axis-label{fill:var(--ink);font-size:12px}
.grid{stroke:var(--grid)}
.axis{stroke:var(--axis)}
.line{fill:none;stroke:var(--c);stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round}
.d1{stroke-dasharray:6 4}.d2{stroke-dasharray:1.5 4}.d3{stroke-dasharray:9 3 1.5 3}
.faint{opacity:.28;stroke-width:1.3}
.mark{fill:var(--c);stroke:var(--panel);stroke-width:.8}
.cloud{stroke-width:.5}
.dots{fill:none;stroke:var(--c);stroke-linecap:round}
.bar{fill:var(--c)}
.cell{fill:var(--cell)}
.heat{fill:var(--heat)}
svg .count{font-size:11px;fill:var(--ink)}
svg .deep{fill:var(--deep)}
svg .deepest{fill:var(--panel)}
.focus{pointer-events:none}
.focus line{stroke:var(--axis);stroke-dasharray:3 3}
.focus circle{fill:var(--c);stroke:var(--panel);stroke-width:1.5}
.focus .ring{fill:none;stroke:var(--ink)}
.tip{position:absolute;z-index:2;pointer-events:none;max-width:100%;padding:.4rem .6rem;background:var(--ground);border:1px solid var(--axis);border-radius:5px;font-size:.82rem;line-height:1.4;box-shadow:0 2px 8px rgb(0 0 0/.15);font-variant-numeric:tabular-nums}
.tip strong,.tip span{display:block;overflow-wrap:anywhere}
.tip em{font-style:normal;color:var(--muted)}
.tip i{display:inline-block;width:.6rem;height:.6rem;border-radius:2px;margin-right:.35rem;background:var(--c)}
.tip[hidden]{display:none}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin:.5rem 0 0;padding:0;font-size:.86rem}
.legend li{display:flex;align-items:center;min-width:0;overflow-wrap:anywhere}
.legend svg{flex:none;width:1.75rem;height:.875rem;margin-right:.4rem}
details{margin-top:.6rem;font-size:.86rem}
summary{cursor:pointer;color:var(--muted)}
.scroll{overflow:auto;max-height:22rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
.n{text-align:right}
@media (max-width:30rem){header,main{padding-left:.75rem;padding-right:.75rem}figure{padding:.8rem .75rem}
.chart{overflow-x:auto;touch-action:pan-x pan-y}.chart svg{min-width:25.5rem}}
@media print{
body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
nav,details,.tip{display:none}
main{grid-template-columns:1fr 1fr;gap:.8rem}
figure{break-inside:avoid;border-color:#ccc}
}
`;
