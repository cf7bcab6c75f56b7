import assert from "node:assert/strict";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { principalComponents } from "../../lib/baselines/principal_components.ts";

await startBackend();

/** Points of five strong directions and noise around them, not centred. */
function drawTable(rows: number, cols: number) {
  const rng = createRng(6);
  const directions = Array.from({ length: 5 }, () => Array.from({ length: cols }, () => rng.normal()));
  const features = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    const place = directions.map((_, k) => (10 - k) * rng.normal());
    for (let j = 0; j < cols; j++) {
      features[row * cols + j] = 3 + 0.3 * rng.normal() +
        place.reduce((sum, at, k) => sum + at * directions[k][j], 0);
    }
  }
  return { features, rows, cols };
}

Deno.test("principalComponents equals a full singular value decomposition, up to the signs of components", () => {
  const table = drawTable(60, 25);
  const x = Matrix.from1DArray(table.rows, table.cols, table.features).center("column");
  const { leftSingularVectors: u, diagonal } = new SingularValueDecomposition(x);
  const { features, cols } = principalComponents(table, { components: 4, rng: createRng(1) });
  assert.equal(cols, 4);
  for (let k = 0; k < 4; k++) {
    const ours = Array.from({ length: table.rows }, (_, i) => features[i * 4 + k]);
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
  const { features, cols } = principalComponents(table, { components: 50, rng: createRng(1) });
  assert.equal(cols, 8);
  const apart = (values: Float32Array, width: number) =>
    Math.hypot(...Array.from({ length: width }, (_, j) => values[j] - values[5 * width + j]));
  assert.ok(Math.abs(apart(features, cols) - apart(table.features, table.cols)) < 1e-3);
});
