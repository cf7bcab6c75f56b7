import type * as tf from "@tensorflow/tfjs";
import { gatedRmsNormReference, rmsNormReference } from "./reference.ts";

/** `x / sqrt(mean(x^2) + eps) * weight` over the last axis (Zhang and Sennrich 2019); eps defaults to 1e-5. */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, options: { eps?: number } = {}): tf.Tensor {
  return rmsNormReference(x, weight, options);
}

/** `rmsNorm(y * silu(z)) * weight` over the last axis (Mamba-2's output norm); eps defaults to 1e-5. */
export function gatedRmsNorm(
  y: tf.Tensor,
  z: tf.Tensor,
  options: { weight: tf.Tensor; eps?: number },
): tf.Tensor {
  return gatedRmsNormReference(y, z, options);
}
