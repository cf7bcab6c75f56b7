import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import {
  batchNorm,
  disposeParams,
  flattenParams,
  initBatchNorm,
  initLinear,
  initMlp,
  isLearnt,
  limitRows,
  mlp,
  normaliseAdjacency,
  parameter,
  sgConv,
} from "../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { assertClose } from "../close.ts";

await startBackend();

const training = { rng: createRng(0) };

function normal(rows: number, cols: number, label = "x"): tf.Tensor2D {
  const rng = createRng(label);
  return tf.tensor2d(Float32Array.from({ length: rows * cols }, () => 3 + 2 * rng.normal()), [rows, cols]);
}

/** A few float32 roundings of numbers of size one. */
const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-5) =>
  assertClose(actual, expected, tolerance);

Deno.test("batchNorm in training gives columns of mean 0 and variance 1", () => {
  const params = initBatchNorm(3);
  tf.tidy(() => {
    const { mean, variance } = tf.moments(batchNorm(params, normal(50, 3), { training }), 0);
    close(mean.dataSync(), [0, 0, 0]);
    close(variance.dataSync(), [1, 1, 1], 1e-4);
  });
  disposeParams(params);
});

Deno.test("batchNorm with shares and a count equals the norm of the repeated rows, statistics too", () => {
  const [once, repeated] = [initBatchNorm(4), initBatchNorm(4)];
  tf.tidy(() => {
    const x = normal(3, 4);
    const rows = [0, 1, 1, 1, 2, 2];
    const shares = tf.tensor1d([1 / 6, 3 / 6, 2 / 6]);
    const ours = batchNorm(once, x, { training, shares, count: 6, activation: "relu" });
    const all = batchNorm(repeated, tf.gather(x, rows), { training, activation: "relu" });
    close(tf.gather(ours, rows).dataSync(), all.dataSync());
  });
  close(once.runningMean.dataSync(), repeated.runningMean.dataSync());
  close(once.runningVariance.dataSync(), repeated.runningVariance.dataSync());
  disposeParams([once, repeated]);
});

Deno.test("batchNorm remembers the batches, and outside training treats each row by itself", () => {
  const params = initBatchNorm(2);
  const x = normal(400, 2);
  for (let i = 0; i < 100; i++) tf.tidy(() => void batchNorm(params, x, { training }));
  const before = params.runningMean.dataSync().slice();
  tf.tidy(() => {
    const trained = batchNorm(params, x, { training });
    const evaluated = batchNorm(params, x, {});
    close(evaluated.dataSync(), trained.dataSync(), 5e-3); // 399 / 400 of the variance, 0.9^100 of the start
    close(
      batchNorm(params, tf.slice(x, 7, 1), {}).dataSync(),
      tf.slice(evaluated, 7, 1).dataSync(),
      1e-6,
    );
  });
  close(params.runningMean.dataSync(), before, 1e-3);
  x.dispose();
  disposeParams(params);
});

Deno.test("mlp has ReLU between its layers and none at the end", () => {
  const params = initMlp(createRng(1), [3, 5, 2]);
  tf.tidy(() => {
    const out = mlp(params, normal(20, 3), { training });
    assert.deepEqual(out.shape, [20, 2]);
    assert.ok(out.dataSync().some((value) => value < 0));
    const hidden = mlp(params.slice(0, 1), normal(20, 3), { training });
    close(mlp(params.slice(1), tf.relu(hidden), { training }).dataSync(), out.dataSync());
  });
  disposeParams(params);
});

Deno.test("isLearnt tells running statistics from parameters", () => {
  const params = initMlp(createRng(1), [3, 2]);
  const learnt = [...flattenParams(params).keys()].filter(isLearnt);
  assert.deepEqual(learnt, ["0.linear.weight", "0.linear.bias", "0.norm.weight", "0.norm.bias"]);
  disposeParams(params);
});

Deno.test("normaliseAdjacency divides by the roots of both ends' degrees, loops included", () => {
  const adjacency = normaliseAdjacency({ source: [0, 1, 1], target: [1, 0, 2], weight: [0.5, 0.25, 1] }, 3);
  const [a, b, c] = [1.25, 1.5, 2].map(Math.sqrt);
  const expected = [1 / a / a, 0.25 / a / b, 0, 0.5 / a / b, 1 / b / b, 0, 0, 1 / b / c, 1 / c / c];
  close(adjacency, expected, 1e-7);
});

Deno.test("normaliseAdjacency of no edges is the identity", () => {
  assert.deepEqual([...normaliseAdjacency({ source: [], target: [], weight: [] }, 2)], [1, 0, 0, 1]);
});

Deno.test("sgConv follows a renaming of the nodes", () => {
  const params = initLinear(createRng(2), { inputs: 4, outputs: 3 });
  const edges = { source: [0, 1, 3, 4, 2], target: [1, 2, 0, 2, 4], weight: [0.5, 0.2, 0.9, 0.4, 0.3] };
  const renamed = [3, 0, 4, 1, 2];
  tf.tidy(() => {
    const x = normal(5, 4);
    const out = sgConv(params, x, tf.tensor2d(normaliseAdjacency(edges, 5), [5, 5]));
    const moved = {
      ...edges,
      source: edges.source.map((i) => renamed[i]),
      target: edges.target.map((i) => renamed[i]),
    };
    const back = Array.from(renamed, (_, i) => renamed.indexOf(i));
    const ours = sgConv(params, tf.gather(x, back), tf.tensor2d(normaliseAdjacency(moved, 5), [5, 5]));
    close(tf.gather(ours, renamed).dataSync(), out.dataSync());
  });
  disposeParams(params);
});

Deno.test("limitRows shortens long rows and leaves the others", () => {
  const table = parameter(Float32Array.from([3, 4, 0.3, 0.4, 0, 0]), [3, 2]);
  limitRows(table);
  close(table.dataSync(), [0.6, 0.8, 0.3, 0.4, 0, 0], 1e-6);
  table.dispose();
});
