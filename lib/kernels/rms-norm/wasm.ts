import * as tf from "../../tensor/mod.ts";
import { runKernels } from "../dispatch.ts";
import { sizeOf } from "../wasm/engine.ts";
import { type KernelBody, registerWasm } from "../wasm/register.ts";

/** Inputs y and weight. */
export const RMS_NORM = "KcfRmsNorm";
/** Inputs y, weight and z. */
export const GATED_RMS_NORM = "KcfGatedRmsNorm";
export const RMS_NORM_GRADIENT = "KcfRmsNormGradient";

interface Attributes {
  readonly eps: number;
}

const forward: KernelBody<Attributes> = (engine, { y, z, weight }, { eps }) => {
  const out = engine.output(y.shape);
  const [width] = weight.shape;
  const at = engine.pointer;
  engine.scratch(4 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.rmsForward(
      sizeOf(y.shape) / width, width, eps, at(y), at(z), width, at(weight), 1, 0, at(out), scratch,
    );
  });
  return out;
};

registerWasm(RMS_NORM, forward);
registerWasm(GATED_RMS_NORM, forward);

registerWasm<Attributes>(RMS_NORM_GRADIENT, (engine, { y, z, weight, dy: dOut }, { eps }) => {
  const [width] = weight.shape;
  const dWeight = engine.zeros(weight.shape);
  const dy = engine.output(y.shape);
  const dz = z && engine.zeros(z.shape);
  const at = engine.pointer;
  engine.scratch(4 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.rmsBackward(
      sizeOf(y.shape) / width, width, eps, at(y), at(z), width, at(weight), 1, at(dOut),
      at(dy), at(dz), width, at(dWeight), scratch,
    );
  });
  return dz ? [dWeight, dy, dz] : [dWeight, dy];
});

tf.registerGradient({
  kernelName: RMS_NORM,
  inputsToSave: ["y", "weight"],
  gradFunc: (dy, [y, weight], attributes) => {
    const gradients = runKernels(RMS_NORM_GRADIENT, { y, weight, dy: dy as tf.Tensor }, attributes);
    return { weight: () => gradients[0], y: () => gradients[1] };
  },
});

tf.registerGradient({
  kernelName: GATED_RMS_NORM,
  inputsToSave: ["y", "weight", "z"],
  gradFunc: (dy, [y, weight, z], attributes) => {
    const gradients = runKernels(RMS_NORM_GRADIENT, { y, weight, z, dy: dy as tf.Tensor }, attributes);
    return { weight: () => gradients[0], y: () => gradients[1], z: () => gradients[2] };
  },
});
