import { escapeHtml, tableHtml } from "../../figures/mod.ts";

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
${tables.map(sectionTable).join("\n")}`;
}

function sectionTable({ title, columns, rows }: ResultsTable): string {
  const shown = columns.map((head, k) => ({
    head,
    number: rows.every((row) => /^[-\d.± ]*$/.test(row[k])),
    cell: (row: readonly string[]) => escapeHtml(row[k]),
  }));
  return tableHtml(rows, shown, {
    caption: title,
    isStrong: (row) => row[1]?.startsWith("kcellfm") ?? false,
  });
}
