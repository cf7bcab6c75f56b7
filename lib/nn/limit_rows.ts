import * as tf from "../tensor/mod.ts";
import type { Matrix } from "./init.ts";

/** Shrinks the rows of a table that are longer than `most` to that length, as PyTorch's `max_norm` of embeddings. */
export function limitRows(table: Matrix, most = 1): void {
  tf.tidy(() => {
    const length = tf.norm(table, "euclidean", 1, true);
    table.assign(tf.mul(table, tf.minimum(tf.div(most, tf.maximum(length, 1e-12)), 1)));
  });
}
