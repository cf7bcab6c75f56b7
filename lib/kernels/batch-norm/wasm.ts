import * as tf from "../../tensor/mod.ts";
import { runKernels } from "../dispatch.ts";
import { registerWasm } from "../wasm/register.ts";

/** out, mean and variance from inputs x, weight, bias and shares. */
export const BATCH_NORM = "KcfBatchNorm";
const GRADIENT = "KcfBatchNormGradient";

interface Attributes {
  readonly eps: number;
  readonly relu: boolean;
}

registerWasm<Attributes>(BATCH_NORM, (engine, { x, weight, bias, shares }, { eps, relu }) => {
  const [rows, width] = x.shape;
  const outputs = [[rows, width], [width], [width]].map(engine.output);
  const at = engine.pointer;
  const [out, mean, variance] = outputs.map(at);
  engine.scratch(8 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.batchForward(
      rows, width, eps, Number(relu), at(x), at(shares), at(weight), at(bias), mean, variance, out, scratch,
    );
  });
  return outputs;
});

registerWasm<Attributes>(GRADIENT, (engine, inputs, { eps, relu }) => {
  const { x, weight, shares, out, mean, variance, dy } = inputs;
  const [rows, width] = x.shape;
  const outputs = [[rows, width], [width], [width]].map(engine.output);
  const at = engine.pointer;
  const [dx, dWeight, dBias] = outputs.map(at);
  engine.scratch(4 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.batchBackward(
      rows, width, eps, Number(relu), at(x), at(shares), at(weight), at(mean), at(variance), at(out), at(dy),
      dx, dWeight, dBias, scratch,
    );
  });
  return outputs;
});

tf.registerGradient({
  kernelName: BATCH_NORM,
  inputsToSave: ["x", "weight", "shares"],
  outputsToSave: [true, true, true],
  gradFunc: (dys, [x, weight, shares, out, mean, variance], attributes) => {
    const [dy] = dys as tf.Tensor[];
    const inputs = { x, weight, shares, out, mean, variance, dy };
    const [dx, dWeight, dBias] = runKernels(GRADIENT, inputs, attributes);
    return { x: () => dx, weight: () => dWeight, bias: () => dBias };
  },
});
