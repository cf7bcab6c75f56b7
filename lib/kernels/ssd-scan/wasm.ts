import { blocksOf } from "../wasm/blocks.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import type { Call } from "../wasm/job.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import { SCAN_INPUTS, type ScanAttributes, SSD_SCAN, SSD_SCAN_GRADIENT } from "./op.ts";

/** Describes the scan to this thread, and gives the call by which other threads do. */
function describe(engine: WasmEngine, inputs: Inputs, { reverse }: ScanAttributes): Call {
  const [, length, heads, width] = inputs.x.shape;
  const state = inputs.b.shape[2];
  const [x, dt, a, b, c, d, lengths] = [...SCAN_INPUTS, "lengths"].map((name) =>
    engine.pointer(inputs[name])
  );
  // deno-fmt-ignore
  const call = [
    length, heads, width, state, Number(reverse), x, heads * width, dt, heads, a, b, state, c, state, d, lengths,
  ] as const;
  engine.run.describeScan(...call);
  return ["describeScan", ...call];
}

registerWasm<ScanAttributes>(SSD_SCAN, (engine, inputs, attributes) => {
  const y = engine.output(inputs.x.shape);
  const setup = [describe(engine, inputs, attributes)];
  const [rows, , heads, width] = inputs.x.shape;
  const work = ["scanForward", engine.pointer(y), heads * width] as const;
  engine.share({ setup, work, rows, scratch: engine.run.scanScratch() });
  return y;
});

registerWasm<ScanAttributes>(SSD_SCAN_GRADIENT, (engine, inputs, attributes) => {
  const [rows, , heads, width] = inputs.x.shape;
  const gradients = SCAN_INPUTS.map((name) => engine.output(inputs[name].shape));
  const [dx, ddt, da, db, dc, dd] = gradients.map(engine.pointer);
  const dy = engine.pointer(inputs.dy);
  const setup: Call[] = [
    describe(engine, inputs, attributes),
    ["describeScanGradient", dy, heads * width, dx, ddt, db, dc],
  ];
  const blocks = blocksOf(rows), perBlock = 16 * heads;
  engine.scratch(blocks * perBlock, (sums) => {
    engine.run.clear(sums, blocks * perBlock / 4);
    const work = ["scanBackward", { from: sums, perBlock }] as const;
    engine.share({ setup, work, rows, scratch: engine.run.scanGradientScratch() });
    engine.run.sumDoubles(sums, blocks, 2 * heads);
    engine.floats(da, heads).set(engine.doubles(sums, heads));
    engine.floats(dd, heads).set(engine.doubles(sums + 8 * heads, heads));
  });
  return gradients;
});
