import type { Table } from "../matrix/mod.ts";

/** A table with each value as the number of its bin, feature after feature: the form that trees are grown on. */
export interface BinnedTable {
  /** cols x rows bin numbers. */
  readonly codes: Uint8Array;
  readonly rows: number;
  readonly cols: number;
  /** Of each feature, the values between bins: bin k holds edges[k - 1] < x <= edges[k]. */
  readonly edges: readonly Float32Array[];
}

/**
 * Bins each feature: between all its distinct values where they are few, else at quantiles of the distinct values (not
 * of all values: most of a gene's are zero, and would take all the bins).
 */
export function binFeatures({ data, rows, cols }: Table, bins: number): BinnedTable {
  const codes = new Uint8Array(rows * cols);
  const edges: Float32Array[] = [];
  const values = new Float32Array(rows);
  for (let j = 0; j < cols; j++) {
    for (let i = 0; i < rows; i++) values[i] = data[i * cols + j];
    const cuts = cutsBetween(values, bins);
    for (let i = 0; i < rows; i++) codes[j * rows + i] = binOf(values[i], cuts);
    edges.push(cuts);
  }
  return { codes, rows, cols, edges };
}

function cutsBetween(values: Float32Array, bins: number): Float32Array {
  const distinct = Float32Array.from(new Set(values)).sort();
  const cuts = Math.min(bins, distinct.length) - 1;
  return Float32Array.from({ length: cuts }, (_, k) => {
    const at = Math.floor((k + 1) * distinct.length / (cuts + 1));
    const middle = Math.fround((distinct[at - 1] + distinct[at]) / 2);
    return middle < distinct[at] ? middle : distinct[at - 1]; // neighbours in float32 have no middle
  });
}

/** Number of the ascending `cuts` below `value`. */
function binOf(value: number, cuts: Float32Array): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
