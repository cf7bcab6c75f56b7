import * as tf from "../../tensor/mod.ts";
import { runKernels } from "../dispatch.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import type { WasmEngine } from "../wasm/engine.ts";

export const SSD_SCAN = "KcfSsdScan";
export const SSD_SCAN_GRADIENT = "KcfSsdScanGradient";
const NAMES = ["x", "dt", "a", "b", "c", "d"] as const;

interface Attributes {
  readonly reverse: boolean;
  /** 0 leaves the choice to the kernel. */
  readonly chunk: number;
}

/** Chunks that keep the scratch in the cache; 48 is a multiple of the 6 rows that our own product takes at once. */
const CHUNK = 48;
const CHUNK_WITH_BLAS = 64;

/** The chunk to use when the caller leaves it open (0). */
export const chunkFor = (engine: WasmEngine, chunk: number): number =>
  chunk || (engine.blas.sgemm ? CHUNK_WITH_BLAS : CHUNK);

function describe(engine: WasmEngine, inputs: Inputs, { reverse, chunk }: Attributes): number {
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

registerWasm<Attributes>(SSD_SCAN, (engine, inputs, attributes) => {
  const y = engine.output(inputs.x.shape);
  const rows = describe(engine, inputs, attributes);
  const [, , heads, width] = inputs.x.shape;
  engine.scratch(
    engine.run.scanScratch(0),
    (scratch) => engine.run.scanForward(rows, engine.pointer(y), heads * width, scratch),
  );
  return y;
});

registerWasm<Attributes>(SSD_SCAN_GRADIENT, (engine, inputs, attributes) => {
  const [, , heads, width] = inputs.x.shape;
  const gradients = NAMES.map((name) => engine.output(inputs[name].shape));
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

tf.registerGradient({
  kernelName: SSD_SCAN,
  inputsToSave: [...NAMES, "lengths"],
  gradFunc: (dy, [x, dt, a, b, c, d, lengths], attributes) => {
    const inputs = { x, dt, a, b, c, d, lengths, dy: dy as tf.Tensor };
    const gradients = runKernels(SSD_SCAN_GRADIENT, inputs, attributes);
    return Object.fromEntries(NAMES.map((name, i) => [name, () => gradients[i]]));
  },
});
