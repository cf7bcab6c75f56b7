import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { disposeModel, encodeCells, tokenizeFor } from "../../../lib/cell/mod.ts";
import { csrFromDense } from "../../../lib/matrix/csr.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { cellModelVectors, randomVectors } from "../../../lib/experiments/perturb/gears/cell_vectors.ts";
import type { ControlCells } from "../../../lib/experiments/perturb/set.ts";
import { GENES, toyCellModel } from "./gears_fixture.ts";
import { assertClose } from "../../close.ts";

await startBackend();

const model = toyCellModel();
const { width } = model.config;
const count = GENES.length;
const options = { genes: GENES, total: 1e4, rng: createRng(0) };

/** Three cells that lack gene 3; cell 1 lacks gene 0 too. */
function controlCells(rows = 3): ControlCells {
  const data = Float32Array.from({ length: rows * count }, (_, i) => 0.5 + (i * 7 % 11) / 4);
  for (let row = 0; row < rows; row++) data[row * count + 3] = 0;
  data[count] = 0;
  return { context: "", cells: { data, rows, cols: count }, mean: new Float32Array(count) };
}

const control = controlCells();

Deno.test("cellModelVectors gives expressed genes what the encoder makes of their tokens", () => {
  const { cells, values } = cellModelVectors(model, options)(control);
  assert.deepEqual(cells, Int32Array.of(0, 1, 2));
  const row = control.cells.data.subarray(2 * count, 3 * count - 1).toReversed(); // the vocabulary's order
  const tokens = tokenizeFor(model, csrFromDense(row, 1, count - 1));
  const encoded = tf.tidy(() => encodeCells(model.params, tokens, model).tokens.dataSync());
  for (const gene of [0, 1, 10, 22]) {
    const at = tokens.ids.indexOf(GENES.length - 2 - gene);
    const ours = values.subarray((2 * count + gene) * width, (2 * count + gene + 1) * width);
    assertClose(ours, encoded.subarray(at * width, (at + 1) * width), 1e-4, GENES[gene]);
  }
});

Deno.test("cellModelVectors gives silent genes the same vector in every cell, unknown ones zeros", () => {
  const { values } = cellModelVectors(model, options)(control);
  const vector = (cell: number, gene: number) =>
    values.subarray((cell * count + gene) * width, (cell * count + gene + 1) * width);
  assert.ok(vector(0, 3).some((value) => value !== 0));
  assert.deepEqual(vector(0, 3), vector(2, 3));
  assert.throws(() => assertClose(vector(0, 0), vector(1, 0), 1e-4));
  assert.ok(vector(1, count - 1).every((value) => value === 0));
});

Deno.test("cellModelVectors reads a background once, and 300 of its cells at most", () => {
  const vectorsOf = cellModelVectors(model, options);
  assert.equal(vectorsOf(control), vectorsOf(control));
  const { cells } = vectorsOf(controlCells(310));
  assert.equal(cells?.length, 300);
  assert.equal(new Set(cells).size, 300);
});

Deno.test("cellModelVectors brings values to the scale that the model was trained on", () => {
  const scaled = { ...control, cells: { ...control.cells, data: control.cells.data.slice() } };
  scaled.cells.data.forEach((value, i, all) => all[i] = Math.log1p(Math.expm1(value) / 2));
  const [ours, expected] = [
    cellModelVectors(model, { ...options, total: 5e3 })(scaled),
    cellModelVectors(model, options)(control),
  ];
  assertClose(ours.values, expected.values, 1e-4);
});

Deno.test("randomVectors are the same in every cell, with variance one", () => {
  const { cells, values } = randomVectors(createRng(1), { genes: 50, width: 40 })(control);
  assert.equal(cells, null);
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  assert.ok(Math.abs(variance - 1) < 0.1); // three standard errors over 2,000 draws
});

Deno.test("cellModelVectors leaves no tensor behind", () => {
  const before = tf.memory().numTensors;
  cellModelVectors(model, options)(control);
  assert.equal(tf.memory().numTensors, before);
  disposeModel(model);
});
