import { SLOTS } from './colors.ts';

/** The report's look: one column, light or dark as the reader's system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --ink: #1d1d1b; --quiet: #6a6a66; --line: #e4e3df; --grey: #8b8a85;
  --yes: #1a7f4b; --no: #b3372f; --unknown: #8b8a85;
  --c0: #2a6fd0; --c1: #1a8f68; --c2: #7a52c7; --c3: #d1651f; --c4: #b8860b; --c5: #c2396b; --c6: #1597a5; --c7: #5f5f5a; --c8: #9c9b95; --c9: #7a4a1c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161615; --card: #1f1f1d; --ink: #ecebe6; --quiet: #a3a29b; --line: #35342f; --grey: #96958e;
    --yes: #4cc38a; --no: #ec7268; --unknown: #96958e;
    --c0: #6aa6f5; --c1: #4cc39a; --c2: #ab8df0; --c3: #ee9256; --c4: #dcb44a; --c5: #ec7aa3; --c6: #58c6d3; --c7: #c9c8c1; --c8: #85847d; --c9: #c99a6b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3.5rem 0 .3rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; }
.headline { font-size: 1.15rem; font-weight: 600; } .verdicts { font-size: .92rem; } .verdicts ul { margin: .2rem 0 .8rem; padding-left: 1.2rem; }
.dash-1 path { stroke-dasharray: 7 4; } .dash-2 path { stroke-dasharray: 2 3; } .dash-3 path { stroke-dasharray: 9 3 2 3; }
.quiet { color: var(--quiet); font-size: .9rem; }
figure { margin: 1.2rem 0 0; padding: 1.1rem 1.2rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
figcaption { margin-bottom: .7rem; }
figcaption p { margin: .15rem 0 0; font-size: .95rem; }
svg { display: block; width: 100%; height: auto; font-size: 12px; font-variant-numeric: tabular-nums; }
svg text { fill: var(--ink); }
svg .tick, svg .label { fill: var(--quiet); }
svg .name { font-size: 13px; }
svg text.name { font-size: 12px; }
svg .value { font-weight: 600; }
.grid { stroke: var(--line); } .axis { stroke: var(--grey); }
path { fill: none; stroke: var(--series); stroke-width: 2; stroke-linejoin: round; }
circle, rect { fill: var(--series); } circle { stroke: var(--card); stroke-width: 1.5; }
.spread { stroke: var(--series); stroke-width: 1.5; opacity: .55; } .spread.over { stroke: var(--ink); opacity: .7; }
svg text.name[class*="series-"], svg text.name.baseline { fill: var(--series); font-weight: 600; }
.baseline { --series: var(--grey); }
${Array.from({ length: SLOTS }, (_, slot) => `.series-${slot} { --series: var(--c${slot}); }`).join(' ')}
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--quiet); }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
.mark { font-weight: 600; white-space: nowrap; } .yes { color: var(--yes); } .no { color: var(--no); } .unknown { color: var(--unknown); }
details { margin: 1rem 0 0; } summary { cursor: pointer; color: var(--quiet); font-size: .9rem; }
.scroll { overflow-x: auto; }
`;
