import { pagesOf } from "../wasm/blocks.ts";
import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { DROPOUT, type DropoutAttributes } from "./op.ts";
import { dropoutThreshold } from "./reference.ts";

registerWasm<DropoutAttributes>(DROPOUT, (engine, { x }, { rate, seed, from }) => {
  const out = engine.output(x.shape);
  const n = sizeOf(x.shape), scale = 1 / (1 - rate);
  const [here, there] = [x, out].map(engine.pointer);
  const work = ["dropOut", n, from, seed, dropoutThreshold(rate), scale, here, there] as const;
  engine.share({ work, ...pagesOf(n) });
  return out;
});
