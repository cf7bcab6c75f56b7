import * as tf from "../../tensor/mod.ts";
import { runKernels } from "../dispatch.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";

export const CAUSAL_CONV_SILU = "KcfCausalConvSilu";
/** The fast form keeps a whole filter in registers; Mamba's has four taps. */
export const MOST_TAPS = 4;
export const CAUSAL_CONV_SILU_GRADIENT = "KcfCausalConvSiluGradient";
const NAMES = ["x", "weight", "bias"] as const;

interface Attributes {
  readonly reverse: boolean;
}

function describe(engine: WasmEngine, inputs: Inputs, reverse: boolean): void {
  const { x, weight, bias, lengths } = inputs;
  const [, length, channels] = x.shape;
  const at = engine.pointer;
  // deno-fmt-ignore
  engine.run.describeConv(
    length, channels, weight.shape[1], Number(reverse), channels, at(weight), at(bias), at(lengths),
  );
}

registerWasm<Attributes>(CAUSAL_CONV_SILU, (engine, inputs, { reverse }) => {
  const { x } = inputs;
  const out = engine.output(x.shape);
  describe(engine, inputs, reverse);
  engine.run.convForward(x.shape[0], engine.pointer(x), engine.pointer(out));
  return out;
});

registerWasm<Attributes>(CAUSAL_CONV_SILU_GRADIENT, (engine, inputs, { reverse }) => {
  const { x, dy } = inputs;
  const [rows, length, channels] = x.shape;
  const gradients = NAMES.map((name) => engine.zeros(inputs[name].shape));
  const [dx, dWeight, dBias] = gradients.map(engine.pointer);
  engine.scratch(4 * length * channels, (scratch) => {
    describe(engine, inputs, reverse);
    engine.run.convBackward(rows, engine.pointer(x), engine.pointer(dy), dx, dWeight, dBias, scratch);
  });
  return gradients;
});

tf.registerGradient({
  kernelName: CAUSAL_CONV_SILU,
  inputsToSave: [...NAMES, "lengths"],
  gradFunc: (dy, [x, weight, bias, lengths], attributes) => {
    const gradients = runKernels(
      CAUSAL_CONV_SILU_GRADIENT,
      { x, weight, bias, lengths, dy: dy as tf.Tensor },
      attributes,
    );
    return Object.fromEntries(NAMES.map((name, i) => [name, () => gradients[i]]));
  },
});
