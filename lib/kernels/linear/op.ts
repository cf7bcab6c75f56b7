import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { type Activation, type LinearOptions, linearReference } from "./reference.ts";

export type { Activation, LinearOptions };

/** `x weight^T + bias`: inputs x, weight and, where given, bias. */
export const AFFINE = "KcfAffine";
/** An activation entry by entry of x, attribute `kind`. */
export const ACTIVATE = "KcfActivate";
export const ACTIVATE_GRADIENT = "KcfActivateGradient";
/** Sums over the rows of x `[rows, width]`. */
export const COLUMN_SUMS = "KcfColumnSums";

/** The numbers of the activations in assembly/activation.ts. */
export const KINDS: Record<Exclude<Activation, "none">, number> = { relu: 1, gelu: 2, silu: 3, leakyRelu: 4 };

export interface ActivateAttributes {
  readonly kind: number;
}

/**
 * `activation(x weight^T + bias)`: x `[..., inputs]`, weight `[outputs, inputs]` as in PyTorch, result
 * `[..., outputs]`. gelu is the exact form with erf.
 *
 * @throws {TypeError} when the shapes do not fit.
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, options: LinearOptions = {}): tf.Tensor {
  const { bias, activation = "none" } = options;
  const [outputs] = weight.shape;
  checkShapes("linear", { weight: [weight, [outputs, x.shape[x.rank - 1]]], bias: [bias, [outputs]] });
  if (!hasKernel(AFFINE)) return linearReference(x, weight, options);
  const affine = runKernel(AFFINE, { x, weight, bias });
  return activation === "none" ? affine : runKernel(ACTIVATE, { x: affine }, { kind: KINDS[activation] });
}

tf.registerGradient({
  kernelName: AFFINE,
  inputsToSave: ["x", "weight"],
  gradFunc: (dy, [x, weight]) => {
    const [outputs, inputs] = weight.shape;
    const rows = tf.reshape(dy as tf.Tensor, [-1, outputs]);
    return {
      x: () => tf.reshape(tf.matMul(rows, weight), x.shape),
      weight: () => tf.matMul(rows, tf.reshape(x, [-1, inputs]), true),
      bias: () => runKernel(COLUMN_SUMS, { x: rows }),
    };
  },
});

tf.registerGradient({
  kernelName: ACTIVATE,
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => runKernel(ACTIVATE_GRADIENT, { x, dy: dy as tf.Tensor }, attributes),
  }),
});
