import * as tf from "../../tensor/mod.ts";
import { runKernels } from "../dispatch.ts";
import { sizeOf } from "../wasm/engine.ts";
import { type KernelBody, registerWasm } from "../wasm/register.ts";

/** Input x and, where given, bias. */
export const LAYER_NORM = "KcfLayerNorm";
/** Inputs x, weight and, where given, bias. */
export const WEIGHTED_LAYER_NORM = "KcfWeightedLayerNorm";
export const LAYER_NORM_GRADIENT = "KcfLayerNormGradient";

interface Attributes {
  readonly eps: number;
}

const forward: KernelBody<Attributes> = (engine, { x, weight, bias }, { eps }) => {
  const out = engine.output(x.shape);
  const width = x.shape[x.shape.length - 1];
  const at = engine.pointer;
  engine.run.layerForward(sizeOf(x.shape) / width, width, eps, at(x), at(weight), at(bias), at(out));
  return out;
};

registerWasm(LAYER_NORM, forward);
registerWasm(WEIGHTED_LAYER_NORM, forward);

registerWasm<Attributes>(LAYER_NORM_GRADIENT, (engine, { x, weight, dy }, { eps }) => {
  const width = x.shape[x.shape.length - 1];
  const dx = engine.output(x.shape);
  const dWeight = engine.zeros([width]);
  const dBias = engine.zeros([width]);
  const at = engine.pointer;
  engine.scratch(8 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.layerBackward(
      sizeOf(x.shape) / width, width, eps, at(x), at(weight), at(dy),
      at(dx), at(dWeight), at(dBias), scratch,
    );
  });
  return [dx, dWeight, dBias];
});

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
