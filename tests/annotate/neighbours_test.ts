import assert from "node:assert/strict";
import { findNeighbours, overNeighbours, weighEvidence } from "lib/annotate/mod.ts";
import { createRng, startBackend } from "lib/runtime/mod.ts";

await startBackend();

const [ROWS, WIDTH] = [300, 8];
const rng = createRng("neighbours");
const vectors = Float32Array.from({ length: ROWS * WIDTH }, () => rng.normal());
const embeddings = { data: vectors, rows: ROWS, cols: WIDTH };

function cosine(a: number, b: number): number {
  const [x, y] = [a, b].map((row) => vectors.subarray(row * WIDTH, (row + 1) * WIDTH));
  const dot = x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot / Math.hypot(...x) / Math.hypot(...y);
}

Deno.test("findNeighbours gives a fiftieth of the cells, itself first, as an exhaustive search does", () => {
  const { rows, count } = findNeighbours(embeddings);
  assert.equal(count, 6);
  for (const cell of [0, 17, 299]) {
    const found: number[] = [...rows.subarray(cell * count, (cell + 1) * count)];
    const others = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row !== cell);
    const nearest = others.sort((a, b) => cosine(cell, b) - cosine(cell, a)).slice(0, count - 1);
    assert.deepEqual(found, [cell, ...nearest]);
  }
});

Deno.test("findNeighbours takes what there is of a file of two cells", () => {
  const { rows, count } = findNeighbours({ data: Float32Array.of(1, 0, 0, 1), rows: 2, cols: 2 });
  assert.deepEqual([count, ...rows], [2, 0, 1, 1, 0]);
});

Deno.test("overNeighbours averages rows", () => {
  const mean = overNeighbours(Float32Array.of(1, 0, 3, 2), { rows: Int32Array.of(0, 1, 1, 1), count: 2 });
  assert.deepEqual([...mean], [2, 1, 3, 2]);
});

Deno.test("weighEvidence is the softmax of the scores alone, and markers turn an even answer", () => {
  const types = [{ id: "CL:1", name: "a" }, { id: "CL:2", name: "b" }];
  const trust = { markers: 0.7, temperature: 1 };
  const alone = weighEvidence(
    { types, scores: Float32Array.of(0, 1), embeddings: null, markers: null },
    trust,
  );
  assert.ok(Math.abs(alone.probabilities[1] - 1 / (1 + Math.exp(-1))) < 1e-4);
  const markers = { scores: Float32Array.of(2, 0), measured: Int32Array.of(3, 3) };
  const both = weighEvidence({ types, scores: Float32Array.of(0, 0), embeddings: null, markers }, trust);
  assert.ok(Math.abs(both.probabilities[0] - 1 / (1 + Math.exp(-1.4))) < 1e-4);
});
