import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { attentionReference } from "./reference.ts";

/** Inputs q, k, v and lengths. */
export const ATTENTION = "KcfAttention";
/** Gradients of q, k and v from q, k, v, lengths and dy. */
export const ATTENTION_GRADIENT = "KcfAttentionGradient";

export interface AttentionOptions {
  /** Keys of each row that may be attended to, int32 `[batch]`. */
  readonly lengths: tf.Tensor1D;
}

/**
 * `softmax(q k^T / sqrt(width)) v` (Vaswani et al. 2017): q, k, v and the result `[batch, heads, length, width]`.
 * Keys at or beyond a row's length are masked; a row of length 0 gives zeros.
 *
 * @throws {TypeError} when the shapes do not fit.
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

tf.registerGradient({
  kernelName: ATTENTION,
  inputsToSave: ["q", "k", "v", "lengths"],
  gradFunc: (dy, [q, k, v, lengths]) => {
    const gradients = runKernels(ATTENTION_GRADIENT, { q, k, v, lengths, dy: dy as tf.Tensor });
    return { q: () => gradients[0], k: () => gradients[1], v: () => gradients[2] };
  },
});
