import * as tf from "../../tensor/mod.ts";

/** Square root of the sum of squares over all tensors. */
export function globalNormReference(tensors: tf.Tensor[]): number {
  const total = tf.tidy(() => tf.sum(tf.stack(tensors.map((t) => tf.sum(tf.square(t))))));
  const [squares] = total.dataSync();
  total.dispose();
  return Math.sqrt(squares);
}
