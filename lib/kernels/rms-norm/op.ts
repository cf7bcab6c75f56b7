import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { gatedRmsNormReference, rmsNormReference } from "./reference.ts";

/** Inputs y and weight. */
export const RMS_NORM = "KcfRmsNorm";
/** Inputs y, weight and z. */
export const GATED_RMS_NORM = "KcfGatedRmsNorm";
/** Gradients of weight, y and, where given, z, from these and dy. */
export const RMS_NORM_GRADIENT = "KcfRmsNormGradient";

export interface NormAttributes {
  readonly eps: number;
}

/**
 * `x / sqrt(mean(x^2) + eps) * weight` over the last axis (Zhang and Sennrich 2019); eps defaults to 1e-5.
 *
 * @throws {TypeError} when the shapes do not fit.
 */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, options: { eps?: number } = {}): tf.Tensor {
  checkShapes("rmsNorm", { weight: [weight, x.shape.slice(-1)] });
  if (!hasKernel(RMS_NORM)) return rmsNormReference(x, weight, options);
  return runKernel(RMS_NORM, { y: x, weight }, { eps: options.eps ?? 1e-5 });
}

/**
 * `rmsNorm(y * silu(z)) * weight` over the last axis (Mamba-2's output norm); eps defaults to 1e-5.
 *
 * @throws {TypeError} when the shapes do not fit.
 */
export function gatedRmsNorm(
  y: tf.Tensor,
  z: tf.Tensor,
  options: { weight: tf.Tensor; eps?: number },
): tf.Tensor {
  const { weight, eps = 1e-5 } = options;
  checkShapes("gatedRmsNorm", { z: [z, y.shape], weight: [weight, y.shape.slice(-1)] });
  if (!hasKernel(GATED_RMS_NORM)) return gatedRmsNormReference(y, z, options);
  return runKernel(GATED_RMS_NORM, { y, z, weight }, { eps });
}

tf.registerGradient({
  kernelName: RMS_NORM,
  inputsToSave: ["y", "weight"],
  gradFunc: (dy, [y, weight], attributes) => {
    const gradients = runKernels(RMS_NORM_GRADIENT, { y, weight, dy: dy as tf.Tensor }, attributes);
    return { weight: () => gradients[0], y: () => gradients[1] };
  },
});

tf.registerGradient({
  kernelName: GATED_RMS_NORM,
  inputsToSave: ["y", "weight", "z"],
  gradFunc: (dy, [y, weight, z], attributes) => {
    const gradients = runKernels(RMS_NORM_GRADIENT, { y, weight, z, dy: dy as tf.Tensor }, attributes);
    return { weight: () => gradients[0], y: () => gradients[1], z: () => gradients[2] };
  },
});
