/** The text of one field. */
export type Cell = string;

/** A titled table of text. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The table in aligned columns, numbers to the right, under its title. */
export function terminalTable({ title, columns, rows }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, k) => Math.max(...lines.map((line) => line[k].length)));
  const pad = (text: string, k: number) =>
    isNumber(rows, k) ? text.padStart(widths[k]) : text.padEnd(widths[k]);
  const draw = (line: readonly Cell[]) => line.map(pad).join("  ").trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [title, "", draw(columns), rule, ...rows.map(draw), ""].join("\n");
}

/** The table as GitHub's Markdown. */
export function markdownTable({ title, columns, rows }: Table): string {
  return `### ${title}\n\n${markdownRows(columns, rows)}`;
}

/** Columns and rows as GitHub's Markdown, without a title. */
export function markdownRows(columns: readonly string[], rows: Table["rows"]): string {
  const draw = (line: readonly Cell[]) =>
    `| ${line.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = columns.map((_, k) => isNumber(rows, k) ? "---:" : "---");
  return [draw(columns), draw(rule), ...rows.map(draw), ""].join("\n");
}

/** A column is numeric when all that it holds are figures, dashes or nothing. */
function isNumber(rows: Table["rows"], k: number): boolean {
  return rows.every((row) => /^-?[\d.]+( ± [\d.]+)?$|^-?$/.test(row[k]));
}
