import * as tf from "../tensor/mod.ts";
import { encodeLabels, requireColumns, toPrediction } from "./labels.ts";
import type { Classifier, FitOptions } from "./types.ts";
import { smallest, type Table } from "../matrix/mod.ts";

/** Options for finding and counting neighbours. */
export interface NeighbourOptions extends FitOptions {
  /** Number of neighbours that vote; default 15, fewer if the training set is smaller. */
  readonly k?: number;
}

const CHUNK = 512;

/**
 * k nearest neighbours by Euclidean distance, one vote each: probability = votes / k. Of equally near
 * neighbours the earlier training row counts, of equal votes the first class.
 */
export function fitNeighbours(
  table: Table,
  labels: readonly string[],
  { k = 15 }: NeighbourOptions,
): Classifier {
  const { classes, codes } = encodeLabels(table, labels);
  const votes = Math.min(k, table.rows);
  return {
    classes,
    predict(query) {
      requireColumns(query, table.cols);
      const probabilities = new Float32Array(query.rows * classes.length);
      forDistances(query, table, (row, distances) => {
        for (const near of smallest(distances, votes)) {
          probabilities[row * classes.length + codes[near]] += 1 / votes;
        }
      });
      return toPrediction(classes, probabilities);
    },
  };
}

/** Mean Euclidean distance of each row to its k nearest rows of `table`, by default 15: how far it is from all that is known. */
export function fitNeighbourDistance(
  table: Table,
  { k = 15 }: { k?: number } = {},
): (query: Table) => Float32Array {
  const nearest = Math.min(k, table.rows);
  return (query) => {
    requireColumns(query, table.cols);
    const distances = new Float32Array(query.rows);
    forDistances(query, table, (row, squared) => {
      for (const near of smallest(squared, nearest)) distances[row] += Math.sqrt(squared[near]) / nearest;
    });
    return distances;
  };
}

/** Squared distances of each row of `query` to all rows of `to`, ||a||^2 + ||b||^2 - 2ab, by blocks of rows. */
function forDistances(
  query: Table,
  to: Table,
  visit: (row: number, squared: Float32Array) => void,
): void {
  const b = tf.tensor2d(to.data, [to.rows, to.cols]);
  const bSquares = squaredNorms(to);
  for (let start = 0; start < query.rows; start += CHUNK) {
    const rows = Math.min(CHUNK, query.rows - start);
    const data = query.data.subarray(start * query.cols, (start + rows) * query.cols);
    const products = tf.tidy(() =>
      tf.matMul(tf.tensor2d(data, [rows, query.cols]), b, false, true).dataSync()
    );
    const aSquares = squaredNorms({ data, rows, cols: query.cols });
    for (let i = 0; i < rows; i++) {
      const ab = products.subarray(i * to.rows, (i + 1) * to.rows);
      visit(start + i, Float32Array.from(bSquares, (norm, j) => Math.max(0, aSquares[i] + norm - 2 * ab[j])));
    }
  }
  b.dispose();
}

function squaredNorms({ data, rows, cols }: Table): Float64Array {
  const norms = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++, at++) norms[i] += data[at] ** 2;
  return norms;
}
