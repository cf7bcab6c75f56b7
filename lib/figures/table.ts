import { escapeHtml } from "./escape.ts";

/** One column of a table: its head, whether it holds numbers, and the HTML of each of its cells. */
export interface Column<T> {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly number?: boolean;
  readonly cell: (row: T) => string;
}

/** Options of a table. */
export interface TableOptions<T> {
  /** Shown above, and read to those who cannot see the table. */
  readonly caption?: string;
  /** Shown below. */
  readonly foot?: string;
  /** Rows in bold. */
  readonly isStrong?: (row: T) => boolean;
}

/** A table as HTML that scrolls sideways where it is wide; the page has {@linkcode TABLE_STYLE}. */
export function tableHtml<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  { caption, foot, isStrong }: TableOptions<T> = {},
): string {
  const side = ({ number }: Column<T>) => number ? ' class="n"' : "";
  const head = columns.map((column) => `<th scope="col"${side(column)}>${escapeHtml(column.head)}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map((column) => `<td${side(column)}>${column.cell(row)}</td>`).join("");
    return `<tr${isStrong?.(row) ? ' class="strong"' : ""}>${cells}</tr>`;
  });
  const region = caption ? ` tabindex="0" role="region" aria-label="${escapeHtml(caption)}"` : "";
  const title = caption ? `<caption>${escapeHtml(caption)}</caption>` : "";
  const below = foot ? `<p class="more">${escapeHtml(foot)}</p>` : "";
  return `<div class="kcellfm-table"${region}><table>${title}<thead><tr>${head.join("")}</tr></thead><tbody>
${body.join("\n")}
</tbody></table>${below}</div>`;
}

/** The look of tables on light and dark pages; rules name the table twice to outweigh those of JupyterLab. */
export const TABLE_STYLE = `
.kcellfm-table{max-width:100%;overflow-x:auto;font-size:14px}
.kcellfm-table table{border-collapse:collapse;margin:4px 0;border:0}
.kcellfm-table table caption{text-align:left;font-weight:600;padding:0 0 6px}
.kcellfm-table table :is(th,td){padding:5px 14px 5px 0;border:0;background:none;text-align:left;vertical-align:top}
.kcellfm-table table th{border-bottom:1.5px solid currentColor;font-weight:600}
.kcellfm-table table td{border-bottom:1px solid color-mix(in srgb,currentColor 14%,transparent)}
.kcellfm-table table :is(th,td).n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.kcellfm-table table tr.strong td{font-weight:600}
.kcellfm-table .more{opacity:.65;margin:4px 0}
`;
