import type { Table } from "./table.ts";

/** Mean and inverse standard deviation of each column; a constant column keeps the scale 1. */
export interface Scaling {
  readonly mean: Float32Array;
  readonly inverseSd: Float32Array;
}

/** Measures the columns of a table: sd with n in the denominator, as scikit-learn's StandardScaler. */
export function measureScaling({ data, rows, cols }: Table): Scaling {
  const sum = new Float64Array(cols);
  const squares = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) sum[j] += data[at++];
  const mean = Float32Array.from(sum, (total) => total / rows);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) squares[j] += (data[at++] - mean[j]) ** 2;
  }
  return {
    mean,
    inverseSd: Float32Array.from(squares, (total) => total > 0 ? 1 / Math.sqrt(total / rows) : 1),
  };
}

/** (x - mean) / sd of each column. */
export function standardise(
  { data, rows, cols }: Table,
  { mean, inverseSd }: Scaling,
): Table {
  const scaled = new Float32Array(data.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) scaled[at] = (data[at] - mean[j]) * inverseSd[j];
  }
  return { data: scaled, rows, cols };
}
