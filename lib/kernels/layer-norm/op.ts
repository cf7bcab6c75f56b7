import type * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { type LayerNormOptions, layerNormReference } from "./reference.ts";
import { LAYER_NORM, WEIGHTED_LAYER_NORM } from "./wasm.ts";

export type { LayerNormOptions };

/** `(x - mean) / sqrt(var + eps) * weight + bias` over the last axis (Ba et al. 2016). */
export function layerNorm(x: tf.Tensor, options: LayerNormOptions = {}): tf.Tensor {
  const { weight, bias, eps = 1e-5 } = options;
  const width = x.shape.slice(-1);
  checkShapes("layerNorm", { weight: [weight, width], bias: [bias, width] });
  const kernel = weight ? WEIGHTED_LAYER_NORM : LAYER_NORM;
  return hasKernel(kernel) ? runKernel(kernel, { x, weight, bias }, { eps }) : layerNormReference(x, options);
}
