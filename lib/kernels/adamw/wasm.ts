import type { TensorInfo } from "../../tensor/mod.ts";
import { pagesOf } from "../wasm/blocks.ts";
import { sizeOf, type WasmEngine } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { ADAMW, type AdamWAttributes } from "./op.ts";

registerWasm<AdamWAttributes>(ADAMW, (engine, { param, gradient, first, second }, step) => {
  const { beta1, beta2, eps, rate, correction, shrink } = step;
  const outputs = [param, first, second].map((tensor) => overwrite(engine, tensor));
  const n = sizeOf(param.shape);
  const inputs = [param, gradient, first, second].map(engine.pointer);
  const numbers = [beta1, beta2, eps, rate, correction, shrink];
  engine.share({
    work: ["adamW", n, ...inputs, ...numbers, ...outputs.map(engine.pointer)],
    ...pagesOf(n),
  });
  return outputs;
});

/** The tensor itself where nobody else holds its memory (a clone, or the tape for a gradient), else a new one. */
const overwrite = (engine: WasmEngine, tensor: TensorInfo): TensorInfo =>
  engine.holders(tensor) === 1 ? engine.sharing(tensor) : engine.output(tensor.shape);
