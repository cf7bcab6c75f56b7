import * as tf from "../../tensor/mod.ts";
import { runKernel } from "../dispatch.ts";
import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { dropoutThreshold } from "./reference.ts";

export const DROPOUT = "KcfDropout";

interface Attributes {
  readonly rate: number;
  readonly seed: number;
  readonly from: number;
}

registerWasm<Attributes>(DROPOUT, (engine, { x }, { rate, seed, from }) => {
  const out = engine.output(x.shape);
  // deno-fmt-ignore
  engine.run.dropOut(
    sizeOf(x.shape), from, seed, dropoutThreshold(rate), 1 / (1 - rate), engine.pointer(x), engine.pointer(out),
  );
  return out;
});

// The gradient falls through the same mask.
tf.registerGradient({
  kernelName: DROPOUT,
  gradFunc: (dy, _, attributes) => ({ x: () => runKernel(DROPOUT, { x: dy as tf.Tensor }, attributes) }),
});
