import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { GLOBAL_NORM } from "./op.ts";

registerWasm(GLOBAL_NORM, (engine, inputs) => {
  const squares = Object.values(inputs).map((t) =>
    engine.run.sumOfSquares(engine.pointer(t), sizeOf(t.shape))
  );
  const out = engine.output([]);
  engine.floats(engine.pointer(out), 1)[0] = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  return out;
});
