import type { Prediction } from "./types.ts";
import { argmax, type Table } from "../matrix/mod.ts";

/** Labels as class numbers; `classes` are sorted. */
export interface EncodedLabels {
  readonly classes: readonly string[];
  readonly codes: Int32Array;
}

/**
 * Numbers the classes of `labels` in sorted order.
 *
 * @throws {RangeError} when there are no rows, or not one label a row, or a value is missing.
 */
export function encodeLabels(table: Table, labels: readonly string[]): EncodedLabels {
  requireTable(table);
  if (labels.length !== table.rows || table.rows === 0) {
    throw new RangeError(
      `Cannot fit ${table.rows} rows to ${labels.length} labels: expected the same number of each, at least one`,
    );
  }
  const classes = [...new Set(labels)].sort();
  const codeOf = new Map(classes.map((name, code) => [name, code]));
  return { classes, codes: Int32Array.from(labels, (label) => codeOf.get(label) ?? -1) };
}

/** Fails when the values do not fill rows x cols. */
export function requireTable({ data, rows, cols }: Table): void {
  if (data.length !== rows * cols) {
    throw new RangeError(`Cannot use features of ${rows} x ${cols}: they hold ${data.length} values`);
  }
}

/** Fails when rows to predict are not as wide as those fitted. */
export function requireColumns(table: Table, cols: number): void {
  requireTable(table);
  if (table.cols !== cols) {
    throw new RangeError(`Cannot predict from ${table.cols} features: fitted on ${cols}`);
  }
}

/** The most probable class of each row; the first one of equals. */
export function toPrediction(classes: readonly string[], probabilities: Float32Array): Prediction {
  const labels = [];
  for (let start = 0; start < probabilities.length; start += classes.length) {
    labels.push(classes[argmax(probabilities.subarray(start, start + classes.length))]);
  }
  return { labels, classes, probabilities };
}
