import { blocksOf } from "../wasm/blocks.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import type { Call } from "../wasm/job.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import {
  CAUSAL_CONV_SILU,
  CAUSAL_CONV_SILU_GRADIENT,
  CONV_INPUTS,
  type ConvAttributes,
  MOST_TAPS,
} from "./op.ts";

function describe(engine: WasmEngine, inputs: Inputs, reverse: boolean): Call {
  const { x, weight, bias, lengths } = inputs;
  const [, length, channels] = x.shape;
  const [at, b, n] = [weight, bias, lengths].map(engine.pointer);
  return ["describeConv", length, channels, weight.shape[1], Number(reverse), channels, at, b, n];
}

registerWasm<ConvAttributes>(CAUSAL_CONV_SILU, (engine, inputs, { reverse }) => {
  const { x } = inputs;
  const out = engine.output(x.shape);
  const setup = [describe(engine, inputs, reverse)];
  engine.share({ setup, work: ["convForward", engine.pointer(x), engine.pointer(out)], rows: x.shape[0] });
  return out;
});

registerWasm<ConvAttributes>(CAUSAL_CONV_SILU_GRADIENT, (engine, inputs, { reverse }) => {
  const { x, dy, weight } = inputs;
  const [rows, length, channels] = x.shape;
  const gradients = CONV_INPUTS.map((name) => engine.output(inputs[name].shape));
  const [dx, dWeight, dBias] = gradients.map(engine.pointer);
  const blocks = blocksOf(rows), sums = (MOST_TAPS + 1) * channels;
  engine.scratch(4 * blocks * sums, (taps) => {
    engine.run.clear(taps, blocks * sums);
    const perBlock = 4 * sums;
    const bias = taps + 4 * MOST_TAPS * channels;
    engine.share({
      setup: [describe(engine, inputs, reverse)],
      // deno-fmt-ignore
      work: [
        "convBackward", engine.pointer(x), engine.pointer(dy), dx, { from: taps, perBlock }, { from: bias, perBlock },
      ],
      rows,
      scratch: 8 * length * channels,
    });
    engine.run.sumBlocks(taps, taps, blocks, sums, MOST_TAPS * channels);
    engine.run.sumBlocks(dBias, bias, blocks, sums, channels);
    engine.run.foldTaps(dWeight, taps, channels, weight.shape[1]);
  });
  return gradients;
});
