import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { ADAMW, type AdamWAttributes } from "./op.ts";

registerWasm<AdamWAttributes>(ADAMW, (engine, { param, gradient, first, second }, step) => {
  const { beta1, beta2, eps, rate, correction, shrink } = step;
  const outputs = [param, first, second].map(({ shape }) => engine.output(shape));
  const at = engine.pointer;
  // deno-fmt-ignore
  engine.run.adamW(
    sizeOf(param.shape), at(param), at(gradient), at(first), at(second),
    beta1, beta2, eps, rate, correction, shrink,
    ...outputs.map(at) as [number, number, number],
  );
  return outputs;
});
