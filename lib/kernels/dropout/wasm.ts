import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { DROPOUT, type DropoutAttributes } from "./op.ts";
import { dropoutThreshold } from "./reference.ts";

registerWasm<DropoutAttributes>(DROPOUT, (engine, { x }, { rate, seed, from }) => {
  const out = engine.output(x.shape);
  // deno-fmt-ignore
  engine.run.dropOut(
    sizeOf(x.shape), from, seed, dropoutThreshold(rate), 1 / (1 - rate), engine.pointer(x), engine.pointer(out),
  );
  return out;
});
