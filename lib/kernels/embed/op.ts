import type * as tf from "@tensorflow/tfjs";
import { embedReference } from "./reference.ts";

/** Rows of table `[V, D]` by int32 ids of any shape: `[..., D]`. Ids must be in `[0, V)`. */
export function embed(table: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  return embedReference(table, ids);
}
