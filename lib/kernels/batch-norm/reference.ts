import * as tf from "../../tensor/mod.ts";

export interface BatchNormOptions {
  /** Scale `[width]`. */
  readonly weight: tf.Tensor;
  /** Shift `[width]`. */
  readonly bias: tf.Tensor;
  /** Weight of each row, `[rows]`, summing to one; default: equal weights. */
  readonly shares?: tf.Tensor1D;
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
  /** Applied to the result (default "none"). */
  readonly activation?: "none" | "relu";
}

/** Normalised rows with the statistics that they were normalised by. */
export interface BatchNormed {
  readonly out: tf.Tensor2D;
  /** `[width]`. */
  readonly mean: tf.Tensor1D;
  /** `[width]`, biased: the mean square distance. */
  readonly variance: tf.Tensor1D;
}

/** The normalisation in plain ops; sums over rows are matrix products, which every backend is fast at. */
export function batchNormReference(x: tf.Tensor2D, options: BatchNormOptions): BatchNormed {
  const { weight, bias, shares, eps = 1e-5, activation = "none" } = options;
  const [rows, width] = x.shape;
  const row = tf.reshape(shares ?? tf.fill([rows], 1 / rows), [1, rows]) as tf.Tensor2D;
  const mean = tf.reshape(tf.matMul(row, x), [width]) as tf.Tensor1D;
  const centred = tf.sub(x, mean);
  const variance = tf.reshape(tf.matMul(row, tf.square(centred) as tf.Tensor2D), [width]) as tf.Tensor1D;
  const scale = tf.mul(tf.rsqrt(tf.add(variance, eps)), weight);
  const moved = tf.add(tf.mul(centred, scale), bias) as tf.Tensor2D;
  return { out: activation === "relu" ? tf.relu(moved) : moved, mean, variance };
}
