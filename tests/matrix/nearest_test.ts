import assert from "node:assert/strict";
import { nearestNeighbours, type Points, smallest } from "../../lib/matrix/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";

/** The slow twin: all distances of every point, sorted. */
function byBruteForce({ x, y }: Points, k: number): number[][] {
  return Array.from({ length: x.length }, (_, at) => {
    const others = Array.from({ length: x.length }, (_, i) => i).filter((i) => i !== at);
    const distance = (i: number) => (x[i] - x[at]) ** 2 + (y[i] - y[at]) ** 2;
    return others.sort((a, b) => distance(a) - distance(b) || a - b).slice(0, k);
  });
}

const plain = (found: Int32Array[]) => found.map((near) => Array.from(near));

Deno.test("nearestNeighbours finds what a comparison with every point finds", () => {
  const rng = createRng("nearest");
  for (const [n, k, stretch] of [[200, 10, 1], [150, 3, 40], [60, 7, 0]]) {
    const x = Array.from({ length: n }, () => rng.uniform() * 100);
    const y = Array.from({ length: n }, () => rng.uniform() * stretch);
    assert.deepEqual(plain(nearestNeighbours({ x, y }, k)), byBruteForce({ x, y }, k), `${n} points, k ${k}`);
  }
});

Deno.test("nearestNeighbours copes with clusters far apart, points on one place, and too few points", () => {
  const x = [0, 1, 2, 1e5, 1e5 + 1, 1e5 + 3, 1e5 + 3];
  const y = [0, 0, 0, 0, 0, 0, 0];
  assert.deepEqual(plain(nearestNeighbours({ x, y }, 4)), byBruteForce({ x, y }, 4));
  assert.deepEqual(plain(nearestNeighbours({ x: [1, 2], y: [1, 1] }, 5)), [[1], [0]]);
  assert.deepEqual(plain(nearestNeighbours({ x: [1], y: [1] }, 5)), [[]]);
});

Deno.test("smallest gives what a full sort gives, of equal values the earlier, and passes one over", () => {
  const rng = createRng(9);
  for (const k of [0, 1, 7, 50, 60]) {
    const values = Float32Array.from({ length: 50 }, () => rng.int(12));
    const sorted = [...values.keys()].sort((a, b) => values[a] - values[b] || a - b);
    assert.deepEqual(smallest(values, k), sorted.slice(0, k));
    const others = sorted.filter((place) => place !== 20);
    assert.deepEqual(smallest(values, k, { except: 20 }), others.slice(0, k));
  }
});
