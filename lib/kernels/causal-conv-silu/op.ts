import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { type CausalConvOptions, causalConvSiluReference } from "./reference.ts";

export type { CausalConvOptions };

/** Inputs as in {@linkcode CONV_INPUTS}, and lengths. */
export const CAUSAL_CONV_SILU = "KcfCausalConvSilu";
/** Gradients of {@linkcode CONV_INPUTS} from these, lengths and dy. */
export const CAUSAL_CONV_SILU_GRADIENT = "KcfCausalConvSiluGradient";
/** The inputs that have gradients, in their order. */
export const CONV_INPUTS = ["x", "weight", "bias"] as const;

/** The fast forms keep a whole filter in registers; Mamba's has four taps. */
export const MOST_TAPS = 4;

export interface ConvAttributes {
  readonly reverse: boolean;
}

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

tf.registerGradient({
  kernelName: CAUSAL_CONV_SILU,
  inputsToSave: [...CONV_INPUTS, "lengths"],
  gradFunc: (dy, [x, weight, bias, lengths], attributes) => {
    const inputs = { x, weight, bias, lengths, dy: dy as tf.Tensor };
    const gradients = runKernels(CAUSAL_CONV_SILU_GRADIENT, inputs, attributes);
    return Object.fromEntries(CONV_INPUTS.map((name, i) => [name, () => gradients[i]]));
  },
});
