import * as tf from "../../../tensor/mod.ts";
import { type GeneGraph, type NeighbourChoice, strongestEdges } from "../../../ontology/mod.ts";
import type { Table } from "../../../matrix/mod.ts";

/** Cells that are correlated at once. */
const BLOCK = 4096;

/**
 * For each gene (edges' target) the `k` others (source) of highest absolute Pearson correlation over all the cells, as in
 * GEARS (Roohani et al. 2023); of equal ones the earlier. A gene that does not vary has no edge.
 *
 * @param tables cells of the control and training conditions, one column a gene
 */
export function coexpressionGraph(
  tables: readonly Table[],
  { k = 20, above = 0.4 }: NeighbourChoice = {},
): GeneGraph {
  const genes = tables[0].cols;
  const correlation = correlate(tables).map(Math.abs);
  return strongestEdges(
    genes,
    (target, source) => Math.min(1, correlation[target * genes + source]),
    { k, above },
  );
}

/** Pearson correlation of all pairs of columns, 0 where one is constant: `[cols, cols]`. */
function correlate(tables: readonly Table[]): Float32Array {
  const { mean, scale } = columnMoments(tables);
  return tf.tidy(() => {
    let sum: tf.Tensor2D = tf.zeros([mean.length, mean.length]);
    for (const { data, rows, cols } of tables) {
      for (let start = 0; start < rows; start += BLOCK) {
        const block = data.subarray(start * cols, Math.min(start + BLOCK, rows) * cols);
        sum = tf.tidy(() => {
          const cells = tf.tensor2d(block, [block.length / cols, cols]);
          const z = tf.mul(tf.sub(cells, mean), scale) as tf.Tensor2D;
          return tf.add(sum, tf.matMul(z, z, true));
        });
      }
    }
    return sum.dataSync<"float32">();
  });
}

/** Mean of each column, and 1 / (root of its summed squares) or 0 where it is constant. */
function columnMoments(tables: readonly Table[]): { mean: Float32Array; scale: Float32Array } {
  const cols = tables[0].cols;
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  const mean = new Float64Array(cols);
  const squares = new Float64Array(cols);
  for (const { data } of tables) data.forEach((value, i) => mean[i % cols] += value / rows);
  for (const { data } of tables) {
    data.forEach((value, i) => squares[i % cols] += (value - mean[i % cols]) ** 2);
  }
  const scale = Float32Array.from(squares, (sum) => sum > 1e-12 * rows ? 1 / Math.sqrt(sum) : 0);
  return { mean: Float32Array.from(mean), scale };
}
