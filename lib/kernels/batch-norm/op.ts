import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { type BatchNormed, type BatchNormOptions, batchNormReference } from "./reference.ts";

export type { BatchNormed, BatchNormOptions };

/** out, mean and variance from inputs x, weight, bias and shares. */
export const BATCH_NORM = "KcfBatchNorm";
/** Gradients of x, weight and bias from x, weight, shares, the three outputs and dy of the first. */
export const BATCH_NORM_GRADIENT = "KcfBatchNormGradient";

export interface BatchNormAttributes {
  readonly eps: number;
  readonly relu: boolean;
}

/**
 * `activation((x - mean) / sqrt(variance + eps) * weight + bias)` with the statistics of each column (Ioffe and Szegedy
 * 2015): x `[rows, width]`. The gradient goes through the statistics; those that are returned have none.
 *
 * @throws {TypeError} when the shapes do not fit.
 */
export function batchNorm(x: tf.Tensor2D, options: BatchNormOptions): BatchNormed {
  const { weight, bias, shares, eps = 1e-5, activation = "none" } = options;
  const [rows, width] = x.shape;
  checkShapes("batchNorm", { weight: [weight, [width]], bias: [bias, [width]], shares: [shares, [rows]] });
  if (!hasKernel(BATCH_NORM)) return batchNormReference(x, options);
  const inputs = { x, weight, bias, shares: shares ?? tf.fill([rows], 1 / rows) };
  const outputs = runKernels(BATCH_NORM, inputs, { eps, relu: activation === "relu" });
  const [out, mean, variance] = outputs as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
  return { out, mean, variance };
}

tf.registerGradient({
  kernelName: BATCH_NORM,
  inputsToSave: ["x", "weight", "shares"],
  outputsToSave: [true, true, true],
  gradFunc: (dys, [x, weight, shares, out, mean, variance], attributes) => {
    const [dy] = dys as tf.Tensor[];
    const inputs = { x, weight, shares, out, mean, variance, dy };
    const [dx, dWeight, dBias] = runKernels(BATCH_NORM_GRADIENT, inputs, attributes);
    return { x: () => dx, weight: () => dWeight, bias: () => dBias };
  },
});
