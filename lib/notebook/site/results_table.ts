import { escapeHtml } from "../../figures/mod.ts";

/** A titled table of text; what `deno task results` prints. */
export interface ResultsTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of results as a section of the index; nothing when there is none yet. */
export function resultsSection(tables: readonly ResultsTable[]): string {
  if (tables.length === 0) return "";
  return `<h2>Results</h2>
<p class="faint small">From the files in data/results, with mean and standard deviation over the repeats.</p>
${tables.map(tableHtml).join("\n")}`;
}

function tableHtml({ title, columns, rows }: ResultsTable): string {
  const numeric = columns.map((_, k) => rows.every((row) => /^[-\d.± ]*$/.test(row[k])));
  const cell = (tag: string) => (text: string, k: number) =>
    `<${tag}${numeric[k] ? ' class="number"' : ""}>${escapeHtml(text)}</${tag}>`;
  const line = (row: readonly string[]) => {
    const ours = row[1]?.startsWith("kcellfm") ? ' class="ours"' : "";
    return `<tr${ours}>${row.map(cell("td")).join("")}</tr>`;
  };
  return `<h3>${escapeHtml(title)}</h3><div class="scroll" tabindex="0" role="region" aria-label="${
    escapeHtml(title)
  }"><table class="results">
<thead><tr>${columns.map(cell("th")).join("")}</tr></thead>
<tbody>${rows.map(line).join("\n")}</tbody></table></div>`;
}
