import { blocksOf } from "../wasm/blocks.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import type { Pointer } from "../wasm/exports.ts";
import type { Call } from "../wasm/job.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import { DIRECTIONS, FLAT_NAMES, PARAMS } from "./inputs.ts";
import { MAMBA2_MIX, MAMBA2_MIX_GRADIENT, type MixAttributes } from "./op.ts";

/** Bytes of a table of pointers to the parameters or to their gradients. */
const TABLE = 4 * FLAT_NAMES.length;

/** Describes the mixer to this thread, and gives the call by which other threads do; `table` receives the parameters. */
function describe(
  engine: WasmEngine,
  inputs: Inputs,
  { table, eps }: { table: Pointer; eps: number },
): Call[] {
  const [, length] = inputs.projected.shape;
  const [heads] = inputs["forward.dtBias"].shape;
  const [features] = inputs["forward.norm"].shape;
  const [channels, taps] = inputs["forward.convWeight"].shape;
  engine.pointers(table, FLAT_NAMES.map((name) => inputs[name]));
  // deno-fmt-ignore
  const call = [
    length, heads, features / heads, (channels - features) / 2, taps, eps,
    engine.pointer(inputs.projected), engine.pointer(inputs.lengths), table,
  ] as const;
  engine.run.describeMixer(...call);
  return [["describeMixer", ...call]];
}

registerWasm<MixAttributes>(MAMBA2_MIX, (engine, inputs, { eps }) => {
  const [rows, length] = inputs.projected.shape;
  const shape = [rows, length, inputs["forward.norm"].shape[0]];
  const outputs = [shape, shape, shape].map(engine.output);
  const [out, y1, y2] = outputs.map(engine.pointer);
  engine.scratch(TABLE, (table) => {
    const setup = describe(engine, inputs, { table, eps });
    engine.share({ setup, work: ["mixerForward", y1, y2, out], rows, scratch: engine.run.mixerScratch(0) });
  });
  return outputs;
});

registerWasm<MixAttributes>(MAMBA2_MIX_GRADIENT, (engine, inputs, { eps }) => {
  const [rows] = inputs.projected.shape;
  const gradients = ["projected", ...FLAT_NAMES].map((name) => engine.output(inputs[name].shape));
  const [y1, y2, dy] = ["forward.scan", "reverse.scan", "dy"].map((name) => engine.pointer(inputs[name]));
  const [dProjected] = gradients.map(engine.pointer);
  const blocks = blocksOf(rows);
  engine.scratch(2 * TABLE, (table) => {
    const setup = describe(engine, inputs, { table, eps });
    engine.pointers(table + TABLE, gradients.slice(1));
    const perBlock = engine.run.mixerSums();
    engine.scratch(blocks * perBlock, (sums) => {
      engine.share({
        setup,
        work: ["mixerBackward", y1, y2, dy, dProjected, { from: sums, perBlock }],
        rows,
        scratch: engine.run.mixerScratch(1),
      });
      DIRECTIONS.forEach((_, i) =>
        engine.run.mixerGradients(i, blocks, sums, table + TABLE + 4 * i * PARAMS.length)
      );
    });
  });
  return gradients;
});
