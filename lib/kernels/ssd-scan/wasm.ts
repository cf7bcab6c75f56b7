import { chunkFor } from "../wasm/chunk.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import { SCAN_INPUTS, type ScanAttributes, SSD_SCAN, SSD_SCAN_GRADIENT } from "./op.ts";

function describe(engine: WasmEngine, inputs: Inputs, { reverse, chunk }: ScanAttributes): number {
  const { x, dt, a, b, c, d, lengths } = inputs;
  const [rows, length, heads, width] = x.shape;
  const state = b.shape[2];
  const at = engine.pointer;
  // deno-fmt-ignore
  engine.run.describeScan(
    length, heads, width, state, chunkFor(engine, chunk), Number(reverse),
    at(x), heads * width, at(dt), heads, at(a), at(b), state, at(c), state, at(d), at(lengths),
  );
  return rows;
}

registerWasm<ScanAttributes>(SSD_SCAN, (engine, inputs, attributes) => {
  const y = engine.output(inputs.x.shape);
  const rows = describe(engine, inputs, attributes);
  const [, , heads, width] = inputs.x.shape;
  engine.scratch(
    engine.run.scanScratch(0),
    (scratch) => engine.run.scanForward(rows, engine.pointer(y), heads * width, scratch),
  );
  return y;
});

registerWasm<ScanAttributes>(SSD_SCAN_GRADIENT, (engine, inputs, attributes) => {
  const [, , heads, width] = inputs.x.shape;
  const gradients = SCAN_INPUTS.map((name) => engine.output(inputs[name].shape));
  const [dx, ddt, da, db, dc, dd] = gradients.map(engine.pointer);
  const rows = describe(engine, inputs, attributes);
  const sumsBytes = 16 * heads;
  engine.scratch(engine.run.scanScratch(1) + sumsBytes, (scratch) => {
    engine.run.clear(scratch, sumsBytes / 4);
    // deno-fmt-ignore
    engine.run.scanBackward(
      rows, engine.pointer(inputs.dy), heads * width,
      dx, ddt, db, dc, scratch, scratch + sumsBytes,
    );
    engine.floats(da, heads).set(engine.doubles(scratch, heads));
    engine.floats(dd, heads).set(engine.doubles(scratch + sumsBytes / 2, heads));
  });
  return gradients;
});
