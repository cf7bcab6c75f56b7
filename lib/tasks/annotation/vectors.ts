import * as tf from "@tensorflow/tfjs";
import { unitRows as scaleRows } from "../../cell/mod.ts";

/** Cells by width, row after row. */
export interface Embeddings {
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly width: number;
}

/** Rows scaled to length one; a row of zeros stays. */
export const unitRows = (embeddings: Embeddings): Embeddings => ({
  ...embeddings,
  vectors: scaleRows(embeddings.vectors, embeddings.width),
});

const CHUNK = 4096;

/** Cosines of cells (rows) to directions (columns). */
export function cosinesTo(directions: Embeddings, cells: Embeddings): Float32Array {
  const to = tf.tensor2d(unitRows(directions).vectors, [directions.rows, directions.width]);
  const unit = unitRows(cells);
  const cosines = new Float32Array(cells.rows * directions.rows);
  for (let start = 0; start < cells.rows; start += CHUNK) {
    const rows = Math.min(CHUNK, cells.rows - start);
    const block = unit.vectors.subarray(start * cells.width, (start + rows) * cells.width);
    const product = tf.tidy(() =>
      tf.matMul(tf.tensor2d(block, [rows, cells.width]), to, false, true).dataSync()
    );
    cosines.set(product, start * directions.rows);
  }
  to.dispose();
  return cosines;
}
