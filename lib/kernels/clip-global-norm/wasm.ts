import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";

/** Scalar norm over any number of inputs. */
export const GLOBAL_NORM = "KcfGlobalNorm";

registerWasm(GLOBAL_NORM, (engine, inputs) => {
  const squares = Object.values(inputs).map((t) =>
    engine.run.sumOfSquares(engine.pointer(t), sizeOf(t.shape))
  );
  const out = engine.output([]);
  engine.floats(engine.pointer(out), 1)[0] = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  return out;
});
