import type * as tf from "@tensorflow/tfjs";
import { attentionReference } from "./reference.ts";

export interface AttentionOptions {
  /** Keys of each row that may be attended to, int32 `[batch]`. */
  readonly lengths: tf.Tensor1D;
}

/**
 * `softmax(q k^T / sqrt(width)) v` (Vaswani et al. 2017): q, k, v and the result `[batch, heads, length, width]`.
 * Keys at or beyond a row's length are masked; a row of length 0 gives zeros.
 */
export function attention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  options: AttentionOptions,
): tf.Tensor4D {
  return attentionReference({ q, k, v }, options);
}
