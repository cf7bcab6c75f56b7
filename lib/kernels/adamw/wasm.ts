import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import type { AdamWStep } from "./reference.ts";

/** New parameter and moments from inputs param, gradient, first, second. */
export const ADAMW = "KcfAdamW";

registerWasm<AdamWStep & { shrink: number }>(ADAMW, (engine, { param, gradient, first, second }, step) => {
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
