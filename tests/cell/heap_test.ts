import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import {
  CELL_PRESETS,
  encodeCells,
  initCellParams,
  type PretrainingBatch,
  pretrainingLoss,
} from "../../lib/cell/mod.ts";
import { trainingBytes } from "../../lib/cell/room.ts";
import { MASK_VALUE } from "../../lib/genes/mod.ts";
import type { WasmBackend } from "../../lib/kernels/wasm/engine.ts";
import { flattenParams, type ParamTree } from "../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";

await startBackend("wasm");

const config = { ...CELL_PRESETS.walkthrough, layers: 6, length: 256, profile: undefined };
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
  const { byteLength } = (tf.backend() as unknown as WasmBackend).wasm.asm.memory.buffer;
  assert.ok(byteLength < GIB, `${byteLength / GIB} GiB`);
  const load = { cells: CELLS, length: config.length, layers: config.layers };
  const predicted = trainingBytes(config, load) + 3 * bytesOf(params); // parameters, gradients, the engine's own 16 MiB
  const ratio = byteLength / predicted;
  assert.ok(ratio > 0.85 && ratio < 1.25, `${byteLength} bytes, ${predicted} predicted`); // the heap grows by a fifth at once
});

const bytesOf = (params: ParamTree): number =>
  4 * [...flattenParams(params).values()].reduce((sum, { size }) => sum + size, 0);

Deno.test("a batch that cannot fit is refused before memory is taken, and the line says what to lower to what", () => {
  const paper = { ...CELL_PRESETS.paper, layers: 1 };
  const params = initCellParams(createRng("params"), { config: paper, genes: 50, classes: 2 });
  const [cells, length] = [64, 2049];
  const ids = new Int32Array(cells * length);
  const batch = {
    cells,
    length,
    ids,
    values: new Float32Array(ids.length),
    lengths: new Int32Array(cells).fill(length),
  };
  const before = tf.memory().numBytes;
  const six = { ...params, layers: Array.from({ length: 6 }, () => params.layers[0]) };
  assert.throws(() => encodeCells(six, batch, { config: paper, training: { rng: createRng(1) } }), {
    name: "KcellfmError",
    tag: "backend",
    message:
      /^Cannot train on 64 cells of 2049 tokens at once: it takes 39\.\d GiB, .* batch size to [56] or .* to (?:19|20)\d, /,
  });
  assert.equal(tf.memory().numBytes, before);
});
