import type * as tf from "@tensorflow/tfjs";
import { type LayerNormOptions, layerNormReference } from "./reference.ts";

export type { LayerNormOptions };

/** `(x - mean) / sqrt(var + eps) * weight + bias` over the last axis (Ba et al. 2016). */
export function layerNorm(x: tf.Tensor, options: LayerNormOptions = {}): tf.Tensor {
  return layerNormReference(x, options);
}
