import assert from "node:assert/strict";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { type CellGraph, cellGraph, smoothScores } from "../../../lib/experiments/novel/mod.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

await startBackend();

const rng = createRng("smooth");
const draw = (length: number) => Float32Array.from({ length }, () => rng.normal());

/** The normalised adjacency as a table. */
function dense({ offsets, neighbours, weights }: CellGraph): number[][] {
  const cells = offsets.length - 1;
  const table = Array.from({ length: cells }, () => new Array<number>(cells).fill(0));
  for (let i = 0; i < cells; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) table[i][neighbours[e]] = weights[e];
  }
  return table;
}

/** Gaussian elimination: slow and sure. */
function eliminate(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (const [i, pivot] of rows.entries()) {
    for (const row of rows.slice(i + 1)) {
      const factor = row[i] / pivot[i];
      for (let j = i; j < row.length; j++) row[j] -= factor * pivot[j];
    }
  }
  const x = new Array<number>(rows.length).fill(0);
  for (let i = rows.length - 1; i >= 0; i--) {
    const rest = rows[i].slice(i + 1, -1).reduce((sum, value, j) => sum + value * x[i + 1 + j], 0);
    x[i] = (rows[i][rows.length] - rest) / rows[i][i];
  }
  return x;
}

Deno.test("cellGraph joins each cell with those of highest cosine, both ways, and weighs by degree", () => {
  const cells = tableOf(draw(40 * 3), 3);
  const table = dense(cellGraph(cells, { k: 4 }));
  for (let i = 0; i < 40; i++) {
    assert.ok(table[i].filter((weight) => weight > 0).length >= 4);
    assert.equal(table[i][i], 0);
    for (let j = 0; j < 40; j++) assert.equal(table[i][j], table[j][i]);
  }
});

Deno.test("cellGraph finds the two clouds of cells apart", () => {
  const vectors = Float32Array.from(
    { length: 60 * 2 },
    (_, i) => (i < 60) === (i % 2 === 0) ? 1 : 0.02 * rng.normal(),
  );
  const { offsets, neighbours } = cellGraph(tableOf(vectors, 2), { k: 5 });
  for (let i = 0; i < 60; i++) {
    for (const other of neighbours.subarray(offsets[i], offsets[i + 1])) assert.equal(other < 30, i < 30);
  }
});

Deno.test("smoothScores solves (I + lambda L) X = P as elimination does", () => {
  const graph = cellGraph(tableOf(draw(30 * 4), 4), { k: 3 });
  const scores = draw(30 * 2);
  const lambda = 3;
  const smooth = smoothScores(scores, { graph, lambda });
  const system = dense(graph).map((row, i) =>
    row.map((weight, j) => (i === j ? 1 + lambda : 0) - lambda * weight)
  );
  for (const column of [0, 1]) {
    const exact = eliminate(system, Array.from({ length: 30 }, (_, i) => scores[2 * i + column]));
    // solved to 1e-7 and stored as float32
    exact.forEach((value, i) => assert.ok(Math.abs(value - smooth[2 * i + column]) < 1e-5));
  }
});

Deno.test("smoothScores with lambda 0 changes nothing, and cells without neighbours keep theirs", () => {
  const cells = tableOf(draw(20 * 3), 3);
  const scores = draw(20 * 3);
  assert.deepEqual(smoothScores(scores, { graph: cellGraph(cells), lambda: 0 }), scores);
  const none = { neighbours: new Int32Array(0), weights: new Float64Array(0) };
  const alone = { offsets: new Int32Array(21), ...none };
  assert.deepEqual(smoothScores(scores, { graph: alone, lambda: 5 }), scores);
});

Deno.test("smoothScores mends a cell that disagrees with its neighbours", () => {
  const vectors = Float32Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? 1 : 0.01 * i);
  const scores = Float32Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? 1 : 0);
  scores.set([0.4, 0.6]); // the first of ten cells alike says the second candidate
  const graph = cellGraph(tableOf(vectors, 2), { k: 4 });
  const [first, second] = smoothScores(scores, { graph, lambda: 2 });
  assert.ok(first > second, `${first} ${second}`);
});
