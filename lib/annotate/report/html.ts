import { escapeHtml } from "../../figures/mod.ts";

/** One column of a table: its head, whether it holds numbers, and the HTML of each of its cells. */
export interface Column<T> {
  readonly head: string;
  readonly number?: boolean;
  readonly cell: (row: T) => string;
}

/** A table with a caption for those who cannot see it. */
export function tableHtml<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): string {
  const side = ({ number }: Column<T>) => number ? ' class="n"' : "";
  const head = columns.map((column) => `<th scope="col"${side(column)}>${column.head}</th>`).join("");
  const body = rows.map((row) =>
    `<tr>${columns.map((column) => `<td${side(column)}>${column.cell(row)}</td>`).join("")}</tr>`
  );
  return `<div class="scroll"><table><caption>${
    escapeHtml(caption)
  }</caption><thead><tr>${head}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div>`;
}

/** A static picture inside the page. */
export function pictureHtml(svg: string, alt: string): string {
  const bytes = new TextEncoder().encode(svg).toBase64();
  return `<img alt="${escapeHtml(alt)}" src="data:image/svg+xml;base64,${bytes}">`;
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
export const count = (value: number): string => value.toLocaleString("en-US");

/** A link to the term in EBI's Ontology Lookup Service; plain text where there is no id. */
export function termLink(id: string): string {
  if (!/^CL:\d+$/.test(id)) return id ? escapeHtml(id) : "—";
  const url = `https://www.ebi.ac.uk/ols4/ontologies/cl/classes?obo_id=${encodeURIComponent(id)}`;
  return `<a href="${url}">${id}</a>`;
}
