import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { type LayerNormOptions, layerNormReference } from "./reference.ts";

export type { LayerNormOptions };

/** Input x and, where given, bias. */
export const LAYER_NORM = "KcfLayerNorm";
/** Inputs x, weight and, where given, bias. */
export const WEIGHTED_LAYER_NORM = "KcfWeightedLayerNorm";
/** Gradients of x, weight and bias from x, weight where given, and dy. */
export const LAYER_NORM_GRADIENT = "KcfLayerNormGradient";

export interface LayerNormAttributes {
  readonly eps: number;
}

/**
 * `(x - mean) / sqrt(var + eps) * weight + bias` over the last axis (Ba et al. 2016).
 *
 * @throws {TypeError} when the shapes do not fit.
 */
export function layerNorm(x: tf.Tensor, options: LayerNormOptions = {}): tf.Tensor {
  const { weight, bias, eps = 1e-5 } = options;
  const width = x.shape.slice(-1);
  checkShapes("layerNorm", { weight: [weight, width], bias: [bias, width] });
  const kernel = weight ? WEIGHTED_LAYER_NORM : LAYER_NORM;
  return hasKernel(kernel) ? runKernel(kernel, { x, weight, bias }, { eps }) : layerNormReference(x, options);
}

tf.registerGradient({
  kernelName: LAYER_NORM,
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => {
    const gradients = runKernels(LAYER_NORM_GRADIENT, { x, dy: dy as tf.Tensor }, attributes);
    return { x: () => gradients[0], bias: () => gradients[2] };
  },
});

tf.registerGradient({
  kernelName: WEIGHTED_LAYER_NORM,
  inputsToSave: ["x", "weight"],
  gradFunc: (dy, [x, weight], attributes) => {
    const gradients = runKernels(LAYER_NORM_GRADIENT, { x, weight, dy: dy as tf.Tensor }, attributes);
    return { x: () => gradients[0], weight: () => gradients[1], bias: () => gradients[2] };
  },
});
