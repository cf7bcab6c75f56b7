import type * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { type Activation, type LinearOptions, linearReference } from "./reference.ts";
import { ACTIVATE, AFFINE, KINDS } from "./wasm.ts";

export type { Activation, LinearOptions };

/**
 * `activation(x weight^T + bias)`: x `[..., inputs]`, weight `[outputs, inputs]` as in PyTorch, result
 * `[..., outputs]`. gelu is the exact form with erf.
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, options: LinearOptions = {}): tf.Tensor {
  const { bias, activation = "none" } = options;
  const [outputs] = weight.shape;
  checkShapes("linear", { weight: [weight, [outputs, x.shape[x.rank - 1]]], bias: [bias, [outputs]] });
  if (!hasKernel(AFFINE)) return linearReference(x, weight, options);
  const affine = runKernel(AFFINE, { x, weight, bias });
  return activation === "none" ? affine : runKernel(ACTIVATE, { x: affine }, { kind: KINDS[activation] });
}
