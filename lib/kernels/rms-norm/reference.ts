import * as tf from "../../tensor/mod.ts";
import { silu } from "../linear/reference.ts";

/** `x / sqrt(mean(x^2) + eps) * weight` over the last axis, in plain ops. */
export function rmsNormReference(x: tf.Tensor, weight: tf.Tensor, options: { eps?: number } = {}): tf.Tensor {
  const meanSquare = tf.mean(tf.square(x), -1, true);
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, options.eps ?? 1e-5))), weight);
}

/** `rmsNorm(y * silu(z)) * weight`, in plain ops. */
export function gatedRmsNormReference(
  y: tf.Tensor,
  z: tf.Tensor,
  options: { weight: tf.Tensor; eps?: number },
): tf.Tensor {
  return rmsNormReference(tf.mul(y, silu(z)), options.weight, options);
}
