import assert from "node:assert/strict";
import { softmaxCrossEntropy } from "../../lib/kernels/mod.ts";
import { anyGrainLoss } from "../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import * as tf from "../../lib/tensor/mod.ts";

await startBackend();

const [ROWS, CLASSES] = [4, 5];
const rng = createRng("any grain");
const scores = Float32Array.from({ length: ROWS * CLASSES }, () => 2 * rng.normal());
const logits = () => tf.tensor2d(scores, [ROWS, CLASSES]);
const mask = (meanings: number[][]) => {
  const meaning = new Float32Array(ROWS * CLASSES);
  meanings.forEach((places, row) => places.forEach((place) => meaning[row * CLASSES + place] = 1));
  return meaning;
};

Deno.test("anyGrainLoss is cross-entropy where every label means one class", () => {
  const labels = [0, 3, 1, 4];
  const loss = anyGrainLoss(logits(), { meaning: mask(labels.map((label) => [label])), labelled: ROWS });
  const known = softmaxCrossEntropy(logits(), tf.tensor1d(labels, "int32"));
  assert.ok(Math.abs(loss.dataSync()[0] - known.dataSync()[0]) < 1e-5);
});

Deno.test("anyGrainLoss asks nothing where a label means every class, and averages over labelled rows", () => {
  const all = [0, 1, 2, 3, 4];
  const value = (meanings: number[][], labelled: number) =>
    anyGrainLoss(logits(), { meaning: mask(meanings), labelled }).dataSync()[0];
  assert.ok(Math.abs(value([all, all, all, all], 4)) < 1e-6);
  const one = value([[0], all, all, all], 1);
  assert.ok(Math.abs(value([[0], all, all, all], 4) - one / 4) < 1e-6);
  assert.equal(value([all, all, all, all], 0), 0);
});

Deno.test("anyGrainLoss has the gradient of finite differences", () => {
  const meaning = mask([[0, 1], [2], [1, 3, 4], [0]]);
  const loss = (x: tf.Tensor2D) => anyGrainLoss(x, { meaning, labelled: ROWS });
  const gradient = tf.grad((x) => loss(x as tf.Tensor2D))(logits()).dataSync();
  for (const at of [0, 6, 12, 19]) {
    const moved = (by: number) => {
      const shifted = scores.slice();
      shifted[at] += by;
      return loss(tf.tensor2d(shifted, [ROWS, CLASSES])).dataSync()[0];
    };
    const slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
    assert.ok(Math.abs(slope - gradient[at]) < 1e-3, `${at}: ${slope} and ${gradient[at]}`);
  }
});
