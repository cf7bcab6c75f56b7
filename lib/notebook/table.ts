import { escapeHtml } from "../figures/mod.ts";

/** What a table needs of a nodejs-polars DataFrame. */
export interface Frame {
  readonly height: number;
  readonly columns: string[];
  rows(): unknown[][];
  head(length?: number): Frame;
}

export interface TableOptions {
  /** Rows shown; default 20. */
  readonly rows?: number;
  readonly caption?: string;
}

/** A table as HTML: numbers to the right and rounded, a last line that says how many rows are not shown. */
export function frameHtml(frame: Frame, { rows = 20, caption }: TableOptions = {}): string {
  const shown = frame.head(rows).rows();
  const numeric = frame.columns.map((_, i) => shown.every((row) => row[i] === null || isNumber(row[i])));
  // on the cell itself: JupyterLab's own rules put everything to the right
  const side = (i: number) =>
    ` style="text-align:${numeric[i] ? "right;font-variant-numeric:tabular-nums" : "left"}"`;
  const head = frame.columns.map((name, i) => `<th${side(i)}>${escapeHtml(name)}</th>`).join("");
  const body = shown.map((row) => `<tr>${row.map((v, i) => `<td${side(i)}>${cell(v)}</td>`).join("")}</tr>`);
  const more = frame.height - shown.length;
  const foot = more > 0 ? `<p class="more">and ${more.toLocaleString("en-US")} more rows</p>` : "";
  const title = caption ? `<caption>${escapeHtml(caption)}</caption>` : "";
  return `${STYLE}<div class="kcellfm-table"><table>${title}<thead><tr>${head}</tr></thead><tbody>${
    body.join("\n")
  }</tbody></table>${foot}</div>`;
}

const isNumber = (value: unknown) => typeof value === "number" || typeof value === "bigint";

function cell(value: unknown): string {
  if (value === null || value === undefined) return '<span style="opacity:.5">-</span>';
  if (typeof value === "bigint" || Number.isInteger(value)) return Number(value).toLocaleString("en-US");
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  return escapeHtml(String(value));
}

const STYLE = `<style>
.kcellfm-table{max-width:100%;overflow-x:auto;font-size:13px}
.kcellfm-table table{border-collapse:collapse;margin:4px 0;border:0}
.kcellfm-table caption{text-align:left;font-weight:600;padding:0 0 6px}
.kcellfm-table th,.kcellfm-table td{padding:4px 14px 4px 4px;border:0;background:none;max-width:420px}
.kcellfm-table th{border-bottom:1.5px solid currentColor;font-weight:600}
.kcellfm-table td{border-bottom:1px solid color-mix(in srgb,currentColor 14%,transparent)}
.kcellfm-table .more{opacity:.65;margin:4px}
</style>`;
