import * as tf from "../../tensor/mod.ts";

export interface CrossEntropyOptions {
  /** Weight of each class, `[classes]` (default all 1). */
  readonly weights?: tf.Tensor1D;
  /** Label of rows that do not count (default -1). */
  readonly ignore?: number;
}

/** Keeps the mean over no rows at 0 / SMALLEST = 0 (divNoNan has no gradient). */
export const SMALLEST = 1e-30;

/** Weighted mean of `-log softmax(logits)[label]` over the rows that count, in plain ops. */
export function softmaxCrossEntropyReference(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: CrossEntropyOptions = {},
): tf.Scalar {
  const classes = logits.shape[1];
  const counted = tf.cast(tf.notEqual(labels, tf.scalar(options.ignore ?? -1, "int32")), "float32");
  const chosen = tf.mul(tf.cast(tf.oneHot(labels, classes), "float32"), tf.expandDims(counted, 1));
  const weighted = options.weights ? tf.mul(chosen, options.weights) : chosen;
  const total = tf.neg(tf.sum(tf.mul(weighted, tf.logSoftmax(logits))));
  return tf.div(total, tf.maximum(tf.sum(weighted), SMALLEST)) as tf.Scalar;
}
