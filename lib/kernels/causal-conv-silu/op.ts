import type * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { type CausalConvOptions, causalConvSiluReference } from "./reference.ts";
import { CAUSAL_CONV_SILU, MOST_TAPS } from "./wasm.ts";

export type { CausalConvOptions };

/**
 * `silu(bias_c + sum_k weight_ck x_{t-K+1+k,c})`: a depthwise causal convolution of x `[B, L, C]` that never
 * sees padding; with `reverse`, positions count down from the last unpadded one. Padded positions give 0.
 *
 * @throws {TypeError} when the shapes do not fit.
 */
export function causalConvSilu(x: tf.Tensor3D, options: CausalConvOptions): tf.Tensor3D {
  const { weight, bias, lengths, reverse = false } = options;
  const [rows, , channels] = x.shape;
  const [, taps] = weight.shape;
  checkShapes("causalConvSilu", {
    weight: [weight, [channels, taps]],
    bias: [bias, [channels]],
    lengths: [lengths, [rows], "int32"],
  });
  if (taps > MOST_TAPS || !hasKernel(CAUSAL_CONV_SILU)) return causalConvSiluReference(x, options);
  return runKernel(CAUSAL_CONV_SILU, { x, weight, bias, lengths }, { reverse }) as tf.Tensor3D;
}
