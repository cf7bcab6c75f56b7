import type { WasmEngine } from "../wasm/engine.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import { CAUSAL_CONV_SILU, CAUSAL_CONV_SILU_GRADIENT, CONV_INPUTS, type ConvAttributes } from "./op.ts";

function describe(engine: WasmEngine, inputs: Inputs, reverse: boolean): void {
  const { x, weight, bias, lengths } = inputs;
  const [, length, channels] = x.shape;
  const at = engine.pointer;
  // deno-fmt-ignore
  engine.run.describeConv(
    length, channels, weight.shape[1], Number(reverse), channels, at(weight), at(bias), at(lengths),
  );
}

registerWasm<ConvAttributes>(CAUSAL_CONV_SILU, (engine, inputs, { reverse }) => {
  const { x } = inputs;
  const out = engine.output(x.shape);
  describe(engine, inputs, reverse);
  engine.run.convForward(x.shape[0], engine.pointer(x), engine.pointer(out));
  return out;
});

registerWasm<ConvAttributes>(CAUSAL_CONV_SILU_GRADIENT, (engine, inputs, { reverse }) => {
  const { x, dy } = inputs;
  const [rows, length, channels] = x.shape;
  const gradients = CONV_INPUTS.map((name) => engine.zeros(inputs[name].shape));
  const [dx, dWeight, dBias] = gradients.map(engine.pointer);
  engine.scratch(4 * length * channels, (scratch) => {
    describe(engine, inputs, reverse);
    engine.run.convBackward(rows, engine.pointer(x), engine.pointer(dy), dx, dWeight, dBias, scratch);
  });
  return gradients;
});
