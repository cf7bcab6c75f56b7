import type * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { attentionReference } from "./reference.ts";
import { ATTENTION } from "./wasm.ts";

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
  const { lengths } = options;
  checkShapes("attention", { k: [k, q.shape], v: [v, q.shape], lengths: [lengths, [q.shape[0]], "int32"] });
  if (!hasKernel(ATTENTION)) return attentionReference({ q, k, v }, options);
  return runKernel(ATTENTION, { q, k, v, lengths }) as tf.Tensor4D;
}
