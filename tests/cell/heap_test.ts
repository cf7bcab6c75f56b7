import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { CELL_PRESETS, initCellParams, type PretrainingBatch, pretrainingLoss } from "lib/cell/mod.ts";
import { MASK_VALUE } from "lib/genes/mod.ts";
import type { WasmBackend } from "lib/kernels/wasm/engine.ts";
import { flattenParams } from "lib/nn/mod.ts";
import { createRng, startBackend } from "lib/runtime/mod.ts";

await startBackend("wasm");

const config = CELL_PRESETS.walkthrough;
const SIZES = { genes: 20_000, classes: 32 };
const CELLS = 32;
const GIB = 2 ** 30;

/** Full rows, so that nothing is saved by padding. */
function fullBatch(): PretrainingBatch {
  const size = CELLS * config.length;
  const rng = createRng("cells");
  const masked = Float32Array.from({ length: size }, (_, i) => i % 7 === 1 ? 1 : 0);
  const targets = Float32Array.from({ length: size }, () => 5 * rng.uniform());
  return {
    cells: CELLS,
    length: config.length,
    ids: Int32Array.from({ length: size }, () => rng.int(SIZES.genes)),
    values: targets.map((value, i) => masked[i] ? MASK_VALUE : value),
    lengths: new Int32Array(CELLS).fill(config.length),
    masked,
    targets,
    classes: Int32Array.from({ length: CELLS }, (_, i) => i),
  };
}

Deno.test("gradients of a batch of 32 cells at walkthrough take less than 1 GiB of heap", () => {
  const params = initCellParams(createRng("params"), { config, ...SIZES });
  const vectors = tf.randomNormal<tf.Rank.R2>([SIZES.classes, config.width], 0, 0.1, "float32", 1);
  const typeOf = Int32Array.from({ length: SIZES.classes }, (_, i) => i);
  const space = { vectors, typeOf, close: Array.from(typeOf, (i) => [(i + 1) % SIZES.classes]) };
  const training = { rng: createRng("dropout") };
  const { value, grads } = tf.variableGrads(
    () => pretrainingLoss(params, fullBatch(), { config, space, training }).total,
    [...flattenParams(params).values()],
  );
  assert.ok(Number.isFinite(value.dataSync()[0]));
  assert.ok(Object.values(grads).every((gradient) => gradient.dataSync().every(Number.isFinite)));
  const { memory } = (tf.backend() as unknown as WasmBackend).wasm.asm;
  assert.ok(memory.buffer.byteLength < GIB, `${memory.buffer.byteLength / GIB} GiB`);
});
