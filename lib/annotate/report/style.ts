import { FONT, LIGHT, TABLE_STYLE } from "../../figures/mod.ts";

/** The page's one style sheet: readable on a phone and on paper, no file from elsewhere. */
export const STYLE = `
:root { --text: ${LIGHT.text}; --faint: ${LIGHT.faint}; --rule: ${LIGHT.grid}; --accent: #0072b2; --warn: #9c3d00; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0; background: #f6f8fa; color: var(--text); font: 15px/1.55 ${FONT}; }
main { max-width: 1240px; margin: 0 auto; padding: 36px 28px 64px; }
header { margin-bottom: 24px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 0 0 14px; }
.lead { color: var(--faint); margin: 0; }
section { background: #fff; border: 1px solid var(--rule); border-radius: 12px; padding: 22px 24px; margin: 18px 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0; }
.cards div { background: #fff; border: 1px solid var(--rule); border-radius: 12px; padding: 14px 16px; }
.cards dt { color: var(--faint); font-size: 13px; }
.cards dd { margin: 2px 0 0; font-size: 25px; font-weight: 600; font-variant-numeric: tabular-nums; }
.cards small { display: block; font-size: 12.5px; font-weight: 400; color: var(--faint); }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 24px; align-items: start; }
img { max-width: 100%; height: auto; display: block; }
${TABLE_STYLE}
.kcellfm-table table { width: 100%; } .kcellfm-table + .kcellfm-table { margin-top: 24px; }
.kcellfm-table table caption { font-weight: 400; color: var(--faint); font-size: 13px; }
.kcellfm-table table th { color: var(--faint); font-size: 12.5px; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
.type { display: flex; gap: 8px; align-items: baseline; }
.type b { flex: none; min-width: 24px; padding: 0 5px; border-radius: 5px; color: #fff; font-size: 12px;
  line-height: 19px; text-align: center; }
.bar { display: block; height: 6px; border-radius: 3px; margin-top: 5px; }
.genes { font-style: italic; } .genes small { font-style: normal; color: var(--faint); }
.check { border-left: 4px solid var(--warn); } .check ul { margin: 0; padding-left: 18px; }
.fine { border-left: 4px solid #009e73; } .fine p { margin: 0; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; margin: 0; font-size: 14px; }
.facts dt { color: var(--faint); } .facts dd { margin: 0; overflow-wrap: anywhere; }
p.note { color: var(--faint); font-size: 13.5px; margin: 12px 0 0; max-width: 82ch; }
@media (max-width: 900px) { .pair { grid-template-columns: 1fr; } main { padding: 20px 14px; } section { padding: 16px; }
  .facts { grid-template-columns: 1fr; } .facts dd { margin-bottom: 6px; } }
@media print { body { background: #fff; font-size: 10.5pt; } main { padding: 0; max-width: none; }
  section, .cards div { break-inside: avoid; border-color: #ccc; } section.long { break-inside: auto; } }
`;
