import { pagesOf } from "../wasm/blocks.ts";
import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { GLOBAL_NORM } from "./op.ts";

registerWasm(GLOBAL_NORM, (engine, inputs) => {
  let squares = 0;
  for (const tensor of Object.values(inputs)) {
    const n = sizeOf(tensor.shape);
    const pages = pagesOf(n);
    engine.scratch(8 * pages.blocks, (sums) => {
      const work = ["sumOfSquares", n, engine.pointer(tensor), { from: sums, perBlock: 8 }] as const;
      engine.share({ work, ...pages });
      for (const sum of engine.doubles(sums, pages.blocks)) squares += sum;
    });
  }
  const out = engine.output([]);
  engine.floats(engine.pointer(out), 1)[0] = Math.sqrt(squares);
  return out;
});
