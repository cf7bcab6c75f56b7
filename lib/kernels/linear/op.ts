import type * as tf from "@tensorflow/tfjs";
import { type Activation, type LinearOptions, linearReference } from "./reference.ts";

export type { Activation, LinearOptions };

/**
 * `activation(x weight^T + bias)`: x `[..., inputs]`, weight `[outputs, inputs]` as in PyTorch, result
 * `[..., outputs]`. gelu is the exact form with erf.
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, options: LinearOptions = {}): tf.Tensor {
  return linearReference(x, weight, options);
}
