import type * as tf from "@tensorflow/tfjs";
import { type CausalConvOptions, causalConvSiluReference } from "./reference.ts";

export type { CausalConvOptions };

/**
 * `silu(bias_c + sum_k weight_ck x_{t-K+1+k,c})`: a depthwise causal convolution of x `[B, L, C]` that never
 * sees padding; with `reverse`, positions count down from the last unpadded one. Padded positions give 0.
 */
export function causalConvSilu(x: tf.Tensor3D, options: CausalConvOptions): tf.Tensor3D {
  return causalConvSiluReference(x, options);
}
