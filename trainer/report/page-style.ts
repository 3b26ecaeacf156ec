/** The report's style: one column of text, figures in pairs where there is room, light or dark as
 *  the reader has it. Line colours keep apart for colour-blind eyes (after Okabe & Ito). */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --ink: #1d2126; --soft: #656d76; --rule: #e2e3de; --pale: #eeeee8;
  --tint: #e8f1f8;
  --c0: #0b63a5; --c1: #d55e00; --c2: #8a5cb5; --c3: #7b8087; --c4: #00866a; --c5: #b8860b;
  --c6: #c2185b; --c7: #4a5a12;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e6e8; --soft: #98a1ab; --rule: #2b3138; --pale: #1e2329;
    --tint: #17293a;
    --c0: #58b0f0; --c1: #ff9248; --c2: #c39cf0; --c3: #8d949c; --c4: #35c7a3; --c5: #e8bd4c;
    --c6: #ff7fb0; --c7: #b3c95f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 28px 72px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -.01em; }
h2 { font-size: 20px; margin: 52px 0 4px; }
h3 { font-size: 16px; margin: 22px 0 0; }
p { margin: 6px 0 14px; max-width: 72ch; }
p.lead, .note { color: var(--soft); }
.note { font-size: 14px; }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px;
  margin: 26px 0 8px; }
.card { background: var(--pale); border-radius: 10px; padding: 14px 18px; }
.card b { display: block; font-size: 27px; line-height: 1.2; font-weight: 650;
  font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: 14px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(460px, 100%), 1fr));
  gap: 8px 36px; }
.pair > div { min-width: 0; }
.scroll { overflow-x: auto; margin: 14px 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--soft);
  white-space: nowrap; }
th, td { padding: 5px 14px 5px 0; vertical-align: baseline; }
td { border-bottom: 1px solid var(--rule); white-space: nowrap; }
td.long { white-space: normal; }
.term { white-space: nowrap; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums;
  padding: 5px 0 5px 14px; }
tr.subject td:last-child { padding-right: 8px; }
tbody + tbody tr:first-child td { border-top: 1px solid var(--soft); }
tr.subject td { font-weight: 650; background: var(--tint); }
td .within { display: block; color: var(--soft); font-weight: 400; font-size: 12px;
  line-height: 1.3; }
.above { color: var(--c4); } .below { color: var(--c1); }
figure { margin: 10px 0 6px; }
svg { display: block; width: 100%; height: auto; font-size: 12px; }
svg text { fill: var(--soft); }
svg text.name, svg text.value { fill: var(--ink); font-size: 13px; }
svg text.value { font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); stroke-width: 1; }
.count { fill: var(--pale); }
.interval line { stroke: var(--c3); stroke-width: 3; stroke-linecap: round; }
.interval circle { fill: var(--c3); }
.source line { stroke: var(--c4); } .source circle { fill: var(--c4); }
.subject line { stroke: var(--c0); } .subject circle { fill: var(--c0); }
.interval.subject text { font-weight: 650; }
.line polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line-0 polyline { stroke-width: 3; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0 0 6px;
  padding: 0 0 0 4px; font-size: 14px; }
.key::before { content: ""; display: inline-block; width: 14px; height: 4px; border-radius: 2px;
  margin-right: 7px; vertical-align: middle; background: var(--c); }
.shares { display: flex; height: 26px; border-radius: 6px; overflow: hidden; margin: 12px 0 10px; }
.shares i { display: block; background: var(--c); min-width: 0; }
${[0, 1, 2, 3, 4, 5, 6, 7].map(lineColours).join("\n")}
ul.protocol { max-width: 78ch; padding-left: 20px; } ul.protocol li { margin: 5px 0; }
@media print { main { padding: 0; } .card { border: 1px solid var(--rule); } }
`;

function lineColours(index: number): string {
  return [
    `.line-${index} polyline { stroke: var(--c${index}); }`,
    `.line-${index} circle { fill: var(--c${index}); }`,
    `.key-${index} { --c: var(--c${index}); }`,
  ].join(" ");
}
