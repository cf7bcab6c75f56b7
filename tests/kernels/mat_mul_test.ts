import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import "lib/kernels/mod.ts";
import "./backends.ts";
import { type Plain, randomPlain, relativeError, toTensor } from "./helpers.ts";

/** Two float32 computations in different orders of summation, over a few hundred terms. */
const FORWARD = 1e-5;

const plains = (...shapes: number[][]): Plain[] => shapes.map((shape, i) => randomPlain(shape, `input ${i}`));

Deno.test("matMul equals its definition for every transposition and for broadcast blocks", async () => {
  const cases = [
    { m: 1, k: 1, n: 1 },
    { m: 7, k: 5, n: 9 },
    { m: 6, k: 300, n: 8 },
    { m: 40, k: 33, n: 270 },
  ];
  for (const { m, k, n } of cases) {
    for (const [transposeA, transposeB] of [[false, false], [false, true], [true, false], [true, true]]) {
      const [a, b] = plains(transposeA ? [2, k, m] : [2, m, k], transposeB ? [1, n, k] : [1, k, n]);
      const [left, right] = [a, b].map(toTensor);
      const ours = tf.matMul(left, right, transposeA, transposeB);
      assert.ok(
        relativeError(await ours.data(), naiveProduct(a, b, { m, k, n, transposeA, transposeB })) < FORWARD,
      );
    }
  }
});

function naiveProduct(
  a: Plain,
  b: Plain,
  size: { m: number; k: number; n: number; transposeA: boolean; transposeB: boolean },
): Float64Array {
  const { m, k, n, transposeA, transposeB } = size;
  const out = new Float64Array(2 * m * n);
  out.forEach((_, index) => {
    const block = Math.floor(index / (m * n)), i = Math.floor(index / n) % m, j = index % n;
    for (let p = 0; p < k; p++) {
      const left = a.values[block * m * k + (transposeA ? p * m + i : i * k + p)];
      out[index] += left * b.values[transposeB ? j * k + p : p * n + j];
    }
  });
  return out;
}
