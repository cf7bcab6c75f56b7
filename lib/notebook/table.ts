import { escapeHtml, TABLE_STYLE, tableHtml } from "../figures/mod.ts";

/** The part of a nodejs-polars DataFrame that a table needs. */
export interface ShownFrame {
  readonly height: number;
  readonly columns: string[];
  rows(): unknown[][];
  head(length?: number): ShownFrame;
}

export interface FrameOptions {
  /** Rows shown; default 20. */
  readonly rows?: number;
  readonly caption?: string;
}

/** A frame as an HTML table: numbers rounded, a last line that says how many rows are not shown. */
export function frameHtml(frame: ShownFrame, { rows = 20, caption }: FrameOptions = {}): string {
  const shown = frame.head(rows).rows();
  const columns = frame.columns.map((head, i) => ({
    head,
    number: shown.every((row) => row[i] === null || isNumber(row[i])),
    cell: (row: unknown[]) => cell(row[i]),
  }));
  const more = frame.height - shown.length;
  const foot = more > 0 ? `and ${more.toLocaleString("en-US")} more rows` : undefined;
  const style = `${TABLE_STYLE}.kcellfm-table td{max-width:420px}`;
  return `<style>${style}</style>${tableHtml(shown, columns, { caption, foot })}`;
}

const isNumber = (value: unknown) => typeof value === "number" || typeof value === "bigint";

function cell(value: unknown): string {
  if (value === null || value === undefined) return '<span style="opacity:.5">-</span>';
  if (typeof value === "bigint" || Number.isInteger(value)) return Number(value).toLocaleString("en-US");
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  return escapeHtml(String(value));
}
