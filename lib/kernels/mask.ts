import * as tf from "@tensorflow/tfjs";

/** 1 where `position < lengths[row]`, else 0: float32 `[rows, length]`. */
export function lengthMask(lengths: tf.Tensor1D, length: number): tf.Tensor2D {
  return tf.tidy(() => {
    const positions = tf.range(0, length, 1, "int32").expandDims(0);
    return tf.less(positions, lengths.expandDims(1)).cast("float32") as tf.Tensor2D;
  });
}
