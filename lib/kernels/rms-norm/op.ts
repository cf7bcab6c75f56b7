import type * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { gatedRmsNormReference, rmsNormReference } from "./reference.ts";
import { GATED_RMS_NORM, RMS_NORM } from "./wasm.ts";

/** `x / sqrt(mean(x^2) + eps) * weight` over the last axis (Zhang and Sennrich 2019); eps defaults to 1e-5. */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, options: { eps?: number } = {}): tf.Tensor {
  checkShapes("rmsNorm", { weight: [weight, x.shape.slice(-1)] });
  if (!hasKernel(RMS_NORM)) return rmsNormReference(x, weight, options);
  return runKernel(RMS_NORM, { y: x, weight }, { eps: options.eps ?? 1e-5 });
}

/** `rmsNorm(y * silu(z)) * weight` over the last axis (Mamba-2's output norm); eps defaults to 1e-5. */
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
