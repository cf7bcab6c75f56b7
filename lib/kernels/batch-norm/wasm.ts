import { registerWasm } from "../wasm/register.ts";
import { BATCH_NORM, BATCH_NORM_GRADIENT, type BatchNormAttributes } from "./op.ts";

registerWasm<BatchNormAttributes>(BATCH_NORM, (engine, { x, weight, bias, shares }, { eps, relu }) => {
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

registerWasm<BatchNormAttributes>(BATCH_NORM_GRADIENT, (engine, inputs, { eps, relu }) => {
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
