import * as tf from "../../tensor/mod.ts";

/** 1 where `position < lengths[row]`, else 0: float32 `[rows, length]`. */
export function lengthMask(lengths: tf.Tensor1D, length: number): tf.Tensor2D {
  return tf.tidy(() => {
    const positions = tf.expandDims(tf.range(0, length, 1, "int32"), 0);
    return tf.cast(tf.less(positions, tf.expandDims(lengths, 1)), "float32") as tf.Tensor2D;
  });
}
