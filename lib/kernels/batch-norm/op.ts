import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernels } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { type BatchNormed, type BatchNormOptions, batchNormReference } from "./reference.ts";
import { BATCH_NORM } from "./wasm.ts";

export type { BatchNormed, BatchNormOptions };

/**
 * `activation((x - mean) / sqrt(variance + eps) * weight + bias)` with the statistics of each column (Ioffe and Szegedy
 * 2015): x `[rows, width]`. The gradient goes through the statistics; those that are returned have none.
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
