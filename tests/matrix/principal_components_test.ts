import assert from "node:assert/strict";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import {
  cosine,
  dot,
  exactComponents,
  loadingsOf,
  principalComponents,
  rowAt,
} from "../../lib/matrix/mod.ts";

await startBackend();

/** Points of five strong directions and noise around them, not centred. */
function drawTable(rows: number, cols: number) {
  const rng = createRng(6);
  const directions = Array.from({ length: 5 }, () => Array.from({ length: cols }, () => rng.normal()));
  const data = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    const place = directions.map((_, k) => (10 - k) * rng.normal());
    for (let j = 0; j < cols; j++) {
      data[row * cols + j] = 3 + 0.3 * rng.normal() +
        place.reduce((sum, at, k) => sum + at * directions[k][j], 0);
    }
  }
  return { data, rows, cols };
}

Deno.test("principalComponents equals a full singular value decomposition, up to the signs of components", () => {
  const table = drawTable(60, 25);
  const x = Matrix.from1DArray(table.rows, table.cols, table.data).center("column");
  const { leftSingularVectors: u, diagonal } = new SingularValueDecomposition(x);
  const { data, cols } = principalComponents(table, { components: 4, rng: createRng(1) });
  assert.equal(cols, 4);
  for (let k = 0; k < 4; k++) {
    const ours = Array.from({ length: table.rows }, (_, i) => data[i * 4 + k]);
    const theirs = Array.from({ length: table.rows }, (_, i) => u.get(i, k) * diagonal[k]);
    const sign = Math.sign(ours.reduce((sum, value, i) => sum + value * theirs[i], 0));
    // ours multiplies in float32: about 1e-6 of the largest scores, which are about 100
    ours.forEach((value, i) =>
      assert.ok(Math.abs(sign * value - theirs[i]) < 2e-3, `component ${k}: ${value} ${theirs[i]}`)
    );
  }
});

Deno.test("principalComponents keeps all distances when every component is kept", () => {
  const table = drawTable(12, 8);
  const { data, cols } = principalComponents(table, { components: 50, rng: createRng(1) });
  assert.equal(cols, 8);
  const apart = (values: Float32Array, width: number) =>
    Math.hypot(...Array.from({ length: width }, (_, j) => values[j] - values[5 * width + j]));
  assert.ok(Math.abs(apart(data, cols) - apart(table.data, table.cols)) < 1e-3);
});

Deno.test("loadingsOf gives the map from centred rows to their scores", () => {
  const table = drawTable(40, 6);
  const scores = principalComponents(table, { components: 3, rng: createRng(1) });
  const loadings = loadingsOf(table, scores);
  assert.deepEqual([loadings.rows, loadings.cols], [6, 3]);
  const x = Matrix.from1DArray(40, 6, table.data).center("column");
  const again = x.mmul(Matrix.from1DArray(6, 3, loadings.data));
  scores.data.forEach((value, at) => {
    assert.ok(Math.abs(again.get(Math.floor(at / 3), at % 3) - value) < 1e-3, `${at}`); // float32 products
  });
});

Deno.test("exactComponents has orthonormal loadings and gives the table back", () => {
  const table = drawTable(6, 9);
  const { mean, loadings, scores } = exactComponents(table, { most: 10 });
  assert.equal(loadings.rows, 5, "rows - 1");
  for (let a = 0; a < loadings.rows; a++) {
    for (let b = 0; b <= a; b++) {
      const product = dot(rowAt(loadings, a), rowAt(loadings, b));
      assert.ok(Math.abs(product - Number(a === b)) < 1e-5, `${a} ${b} ${product}`);
    }
  }
  table.data.forEach((value, at) => {
    const [row, k] = [Math.floor(at / 9), at % 9];
    const back = mean[k] + dot(scores.getRow(row), loadings.data.filter((_, i) => i % 9 === k));
    assert.ok(Math.abs(back - value) < 1e-4, `${value} ${back}`); // float32 loadings of values up to 30
  });
});

Deno.test("exactComponents equals the randomised form, up to the signs of components", () => {
  const table = drawTable(20, 9);
  const { scores } = exactComponents(table, { most: 2 });
  const other = principalComponents(table, { components: 2, rng: createRng(2) });
  for (const k of [0, 1]) {
    const [ours, theirs] = [scores.getColumn(k), Array.from({ length: 20 }, (_, i) => rowAt(other, i)[k])];
    assert.ok(Math.abs(Math.abs(cosine(ours, theirs)) - 1) < 1e-6);
    assert.ok(Math.abs(dot(ours, ours) / dot(theirs, theirs) - 1) < 1e-4);
  }
});
