import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "../../lib/tensor/mod.ts";
import { averageRanks } from "../../lib/metrics/mod.ts";
import { startBackend } from "../../lib/runtime/mod.ts";
import { contrastLoss, distances, graphLoss, relationLoss } from "../../lib/text/mod.ts";
import { assertClose } from "../close.ts";

interface Goldens {
  heads: number[][];
  relations: number[][];
  tails: number[][];
  negatives: number[][];
  disjoint: number[];
  similarity: number[][];
  relation: number;
  gradients: number[][][];
  contrast: number;
  graph: number;
}
const golden: Goldens = JSON.parse(
  Deno.readTextFileSync(join(import.meta.dirname!, "../fixtures/text/loss_goldens.json")),
);

/** The goldens are float64; six rows of float32 arithmetic on values of order 1 keep five digits. */
const close = (actual: number, expected: number) => assertClose(actual, expected, 2e-5);

async function tensors() {
  await startBackend();
  return {
    heads: tf.tensor2d(golden.heads),
    relations: tf.tensor2d(golden.relations),
    tails: tf.tensor2d(golden.tails),
    negatives: tf.tensor2d(golden.negatives),
    disjoint: tf.tensor1d(golden.disjoint),
  };
}

Deno.test("relationLoss equals the original's pairwise form over all false tails, gradients too", async () => {
  const { heads, relations, tails, negatives, disjoint } = await tensors();
  const loss = (h: tf.Tensor, r: tf.Tensor, t: tf.Tensor) =>
    relationLoss({
      heads: h as tf.Tensor2D,
      relations: r as tf.Tensor2D,
      tails: t as tf.Tensor2D,
      negatives,
      disjoint,
    });
  close(loss(heads, relations, tails).dataSync()[0], golden.relation);
  const gradients = tf.grads(loss)([heads, relations, tails]);
  gradients.forEach((gradient, k) => {
    const expected = golden.gradients[k].flat();
    gradient.dataSync().forEach((value, i) => close(value, expected[i]));
  });
});

Deno.test("relationLoss is finite, gradient too, where head + relation meets the tail", async () => {
  await startBackend();
  const zero = tf.zeros([2, 3]) as tf.Tensor2D;
  const parts = {
    relations: zero,
    tails: zero,
    negatives: tf.ones([2, 2]) as tf.Tensor2D,
    disjoint: tf.tensor1d([0, 1]),
  };
  const { value, grad } = tf.valueAndGrad((h) => relationLoss({ heads: h as tf.Tensor2D, ...parts }))(zero);
  assert.ok(Number.isFinite(value.dataSync()[0]));
  assert.ok(grad.dataSync().every(Number.isFinite));
});

Deno.test("contrastLoss equals PyTorch's cross-entropy over the allowed keys", async () => {
  const { heads, tails, negatives } = await tensors();
  close(contrastLoss(heads, tails, { negatives, temperature: 0.07 }).dataSync()[0], golden.contrast);
});

Deno.test("contrastLoss leaves out the rows that keep marks with 0", async () => {
  const { heads, tails, negatives } = await tensors();
  const kept = (keep: Int32Array) =>
    contrastLoss(heads, tails, { negatives, temperature: 0.07, keep }).dataSync()[0];
  const each = [0, 1, 2, 3, 4, 5].map((row) =>
    kept(Int32Array.from({ length: 6 }, (_, i) => Number(i === row)))
  );
  close(kept(Int32Array.of(1, 1, 0, 0, 0, 0)), (each[0] + each[1]) / 2);
});

Deno.test("graphLoss is one minus the mean row correlation with the ranks, as SciPy has it", async () => {
  const { heads } = await tensors();
  const size = golden.similarity.length;
  const ranks = golden.similarity.flatMap((row, i) => {
    const raw = averageRanks(row.filter((_, j) => j !== i));
    const mean = raw.reduce((sum, rank) => sum + rank, 0) / raw.length;
    const deviation = Math.sqrt(raw.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / raw.length);
    const standard = raw.map((rank) => (rank - mean) / deviation);
    return [...standard.slice(0, i), 0, ...standard.slice(i)];
  });
  close(graphLoss(heads, tf.tensor2d(ranks, [size, size])).dataSync()[0], golden.graph);
});

Deno.test("distances are Euclidean", async () => {
  await startBackend();
  const d = distances(tf.tensor2d([[0, 0], [3, 4]]), tf.tensor2d([[3, 4], [0, 0]])).arraySync();
  [[5, 0], [0, 5]].forEach((row, i) =>
    row.forEach((value, j) => assert.ok(Math.abs(d[i][j] - value) < 2e-3))
  );
});
