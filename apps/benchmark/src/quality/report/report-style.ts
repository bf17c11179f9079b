import type { Markup } from './markup.ts';

export const reportStyle: Markup = {
  markup: `
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #23211d; --faint: #6b665c; --line: #dcd7cb; --card: #f4f1e9;
  --good: #17663a; --bad: #a3261c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #191815; --ink: #ece8de; --faint: #a39d90; --line: #3a3731; --card: #23211d; --good: #6fce95; --bad: #ff8f80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
a { color: inherit; }
.faint, figcaption, dt, th { color: var(--faint); }
.pass { color: var(--good); font-weight: 600; }
.fail { color: var(--bad); font-weight: 600; }
.number { font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 500; }
th, td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.line, td.pass, td.fail, td.bound, .figure { white-space: nowrap; }
.reason { display: block; font-size: .85rem; color: var(--faint); }
.plot { display: block; width: 220px; height: 30px; }
.plot text { fill: var(--faint); font: 9px system-ui, sans-serif; }
.axis { stroke: var(--line); } .threshold { stroke: var(--ink); stroke-width: 2; }
.healthy { fill: var(--good); fill-opacity: .75; } .broken { stroke: var(--bad); stroke-width: 2; fill: none; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .75rem 0; font-size: .85rem; }
dl div { display: flex; gap: .4rem; } dd { margin: 0; }
.grids { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }
figure { margin: 0; max-width: 100%; } figcaption { font-size: .85rem; }
figure img { display: block; max-width: 100%; min-width: min(14rem, 100%); image-rendering: pixelated; border: 1px solid var(--line); }
details { margin: .5rem 0; } summary { cursor: pointer; }
ul.notes { margin: .5rem 0; padding-left: 1.2rem; font-size: .9rem; max-width: 46rem; }
@media (max-width: 48rem) {
  table.checks, .checks tbody, .checks tr, .checks td { display: block; width: 100%; }
  .checks thead { display: none; }
  .checks tr { background: var(--card); border-radius: .4rem; padding: .6rem .75rem; margin: .6rem 0; }
  .checks td { border: 0; padding: .1rem 0; }
  .checks td[data-label]::before { content: attr(data-label) " "; color: var(--faint); }
}
`,
};
