import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { type Activation, LEAKY_SLOPE, type LinearOptions, linearReference } from "./reference.ts";

export type { Activation, LinearOptions };

/** `x weight^T + bias`: inputs x, weight and, where given, bias. */
export const AFFINE = "KcfAffine";
/** The same with what is negative multiplied by `slope`, so that its sign tells the gradient all it needs. */
export const BENT_AFFINE = "KcfBentAffine";

export interface AffineAttributes {
  /** Of AFFINE 1; of relu 0. */
  readonly slope: number;
}
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
  if (activation === "relu") return runKernel(BENT_AFFINE, { x, weight, bias }, { slope: 0 });
  if (activation === "leakyRelu") return runKernel(BENT_AFFINE, { x, weight, bias }, { slope: LEAKY_SLOPE });
  const affine = runKernel(AFFINE, { x, weight, bias }, { slope: 1 });
  return activation === "none" ? affine : runKernel(ACTIVATE, { x: affine }, { kind: KINDS[activation] });
}

/** The gradients of `x weight^T + bias`. */
function affineGradient(dy: tf.Tensor, x: tf.Tensor, weight: tf.Tensor) {
  const [outputs, inputs] = weight.shape;
  const rows = tf.reshape(dy, [-1, outputs]);
  return {
    x: () => tf.reshape(tf.matMul(rows, weight), x.shape),
    weight: () => tf.matMul(rows, tf.reshape(x, [-1, inputs]), true),
    bias: () => runKernel(COLUMN_SUMS, { x: rows }),
  };
}

tf.registerGradient({
  kernelName: AFFINE,
  inputsToSave: ["x", "weight"],
  gradFunc: (dy, [x, weight]) => affineGradient(dy as tf.Tensor, x, weight),
});

tf.registerGradient({
  kernelName: BENT_AFFINE,
  inputsToSave: ["x", "weight"],
  outputsToSave: [true],
  gradFunc: (dy, [x, weight, out], { slope }) => {
    const kind = slope === 0 ? KINDS.relu : KINDS.leakyRelu;
    const inner = runKernel(ACTIVATE_GRADIENT, { x: out, dy: dy as tf.Tensor }, { kind });
    return affineGradient(inner, x, weight);
  },
});

tf.registerGradient({
  kernelName: ACTIVATE,
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => runKernel(ACTIVATE_GRADIENT, { x, dy: dy as tf.Tensor }, attributes),
  }),
});
