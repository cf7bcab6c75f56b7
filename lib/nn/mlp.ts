import type * as tf from "../tensor/mod.ts";
import { linear } from "../kernels/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import { batchNorm, type BatchNormParams, type BatchRows, initBatchNorm } from "./batch_norm.ts";
import { initLinear, type LinearParams } from "./init.ts";

/** Affine maps, each followed by a batch norm, with ReLU between them and none at the end. */
export type MlpParams = readonly { readonly linear: LinearParams; readonly norm: BatchNormParams }[];

/** A perceptron of the given widths, the input's first. */
export function initMlp(rng: Rng, widths: readonly number[]): MlpParams {
  return widths.slice(1).map((outputs, i) => ({
    linear: initLinear(rng.split(i), { inputs: widths[i], outputs }),
    norm: initBatchNorm(outputs),
  }));
}

/** `[rows, inputs] -> [rows, outputs]`. */
export function mlp(params: MlpParams, x: tf.Tensor2D, rows: BatchRows): tf.Tensor2D {
  return params.reduce((hidden, { linear: { weight, bias }, norm }, i) => {
    const activation = i < params.length - 1 ? "relu" : "none";
    return batchNorm(norm, linear(hidden, weight, { bias }) as tf.Tensor2D, { ...rows, activation });
  }, x);
}
