import { chunkFor } from "../wasm/chunk.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import type { Pointer } from "../wasm/exports.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import { type Direction, DIRECTIONS, FLAT_NAMES, flatName, PARAMS } from "./inputs.ts";
import { MAMBA2_MIX, MAMBA2_MIX_GRADIENT, type MixAttributes } from "./op.ts";

interface Sizes {
  readonly rows: number;
  readonly heads: number;
  readonly shape: [rows: number, length: number, features: number];
}

function describeMixer(engine: WasmEngine, inputs: Inputs, { chunk, eps }: MixAttributes): Sizes {
  const [rows, length] = inputs.projected.shape;
  const [heads] = inputs["forward.dtBias"].shape;
  const [features] = inputs["forward.norm"].shape;
  const [channels, taps] = inputs["forward.convWeight"].shape;
  // deno-fmt-ignore
  engine.run.describeMixer(
    length, heads, features / heads, (channels - features) / 2, taps, chunkFor(engine, chunk), eps,
    engine.pointer(inputs.projected), engine.pointer(inputs.lengths),
  );
  return { rows, heads, shape: [rows, length, features] };
}

/** Points the kernel at one direction; `rates` receives -exp(aLog). */
function describeDirection(engine: WasmEngine, inputs: Inputs, direction: Direction, rates: Pointer): void {
  const [convWeight, convBias, dtBias, aLog, d, norm] = PARAMS.map((param) =>
    engine.pointer(inputs[flatName(direction, param)])
  );
  const heads = inputs[flatName(direction, "aLog")].shape[0];
  engine.floats(rates, heads).set(engine.floats(aLog, heads).map((log) => -Math.exp(log)));
  engine.run.describeDirection(Number(direction === "reverse"), convWeight, convBias, dtBias, rates, d, norm);
}

registerWasm<MixAttributes>(MAMBA2_MIX, (engine, inputs, attributes) => {
  const { rows, heads, shape } = describeMixer(engine, inputs, attributes);
  const out = engine.zeros(shape);
  const scans = DIRECTIONS.map(() => engine.output(shape));
  engine.scratch(4 * heads + engine.run.mixerScratch(0), (rates) => {
    DIRECTIONS.forEach((direction, i) => {
      describeDirection(engine, inputs, direction, rates);
      engine.run.mixerForward(rows, engine.pointer(scans[i]), engine.pointer(out), rates + 4 * heads);
    });
  });
  return [out, ...scans];
});

registerWasm<MixAttributes>(MAMBA2_MIX_GRADIENT, (engine, inputs, attributes) => {
  const gradients = ["projected", ...FLAT_NAMES].map((name) => engine.zeros(inputs[name].shape));
  const { rows, heads } = describeMixer(engine, inputs, attributes);
  const [dProjected, ...dParams] = gradients.map(engine.pointer);
  const sumsBytes = 16 * heads;
  const bytes = sumsBytes + 4 * heads + engine.run.mixerScratch(1);
  engine.scratch(bytes, (sums) => {
    DIRECTIONS.forEach((direction, i) => {
      const [dWeight, dBias, dDtBias, dALog, dD, dNorm] = dParams.slice(i * PARAMS.length);
      const rates = sums + sumsBytes;
      engine.run.clear(sums, sumsBytes / 4);
      describeDirection(engine, inputs, direction, rates);
      // deno-fmt-ignore
      engine.run.mixerBackward(
        rows, engine.pointer(inputs[`${direction}.scan`]), engine.pointer(inputs.dy), dProjected,
        dWeight, dBias, dDtBias, dNorm, sums, rates + 4 * heads,
      );
      // a = -exp(aLog) is its own slope
      const slopes = engine.floats(rates, heads);
      engine.floats(dALog, heads).set(engine.doubles(sums, heads).map((sum, h) => sum * slopes[h]));
      engine.floats(dD, heads).set(engine.doubles(sums + sumsBytes / 2, heads));
    });
  });
  return gradients;
});
