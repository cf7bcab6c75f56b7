import assert from "node:assert/strict";
import * as tf from "lib/tensor/mod.ts";
import {
  type CellConfig,
  cellPreset,
  initCellParams,
  type PretrainingBatch,
  pretrainingBatch,
  pretrainingLoss,
  splitBatch,
} from "../../lib/cell/mod.ts";
import { disposeParams, flattenParams } from "../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";

await startBackend();

const GENES = 90;
const CLASSES = 3;
const config: CellConfig = { ...cellPreset("nano"), dropout: 0.2 };
const params = initCellParams(createRng("parts"), { config, genes: GENES, classes: CLASSES });
const space = {
  vectors: tf.randomNormal<tf.Rank.R2>([5, config.width], 0, 1, "float32", 3),
  typeOf: Int32Array.of(0, 3, -1), // the last class has no text vector
  close: [[1], [2, 4], []],
};

/** Cells of several lengths, one of them empty; labels that some losses do not count. */
function drawBatch(labels: number[]): PretrainingBatch {
  const rng = createRng("cells");
  const rows = labels.map((_, row) => row === 2 ? [] : [...rng.sample(GENES, 10 + 7 * row)].sort());
  const indptr = new Int32Array(labels.length + 1);
  rows.forEach((row, i) => indptr[i + 1] = indptr[i] + row.length);
  const indices = Int32Array.from(rows.flat());
  const data = Float32Array.from(indices, () => 0.5 + rng.uniform());
  const cells = { rows: labels.length, cols: GENES, indptr, indices, data };
  const rule = { config, informativeness: new Float32Array(GENES).fill(1) };
  const classes = Int32Array.from(labels);
  const studies = new Int32Array(labels.length);
  return pretrainingBatch(rule, { cells, classes, studies }, { rng, hide: 0 });
}

/** The losses of a batch and their gradients, with the dropout of one step. */
function differentiate(batch: PretrainingBatch) {
  const variables = flattenParams(params);
  return tf.tidy(() => {
    let losses: Record<string, number> = {};
    const { grads } = tf.variableGrads(() => {
      const { total, parts } = pretrainingLoss(params, batch, {
        config,
        space,
        training: { rng: createRng("step") },
      });
      losses = Object.fromEntries(
        Object.entries({ total, ...parts }).map(([name, loss]) => [name, loss.dataSync()[0]]),
      );
      return total;
    }, [...variables.values()]);
    const gradients = [...variables].map(([, { name, size }]) =>
      grads[name]?.dataSync<"float32">() ?? new Float32Array(size)
    );
    return { losses, gradients };
  });
}

Deno.test("splitBatch gives parts whose losses and gradients sum to those of the whole, dropout included", () => {
  for (const [labels, parts] of [[[0, 1, 2, -1, 1], 2], [[-1, 2, -1, 0], 3], [[-1, -1, 2], 8]] as const) {
    const batch = drawBatch([...labels]);
    const whole = differentiate(batch);
    const pieces = splitBatch(batch, { parts, space });
    assert.equal(pieces.length, Math.min(parts, labels.length));
    const done = pieces.map(differentiate);
    for (const [name, loss] of Object.entries(whole.losses)) {
      const sum = done.reduce((total, { losses }) => total + losses[name], 0);
      assert.ok(Math.abs(sum - loss) < 1e-5 * Math.max(1, Math.abs(loss)), `${name}: ${sum}, ${loss}`);
    }
    whole.gradients.forEach((gradient, i) => {
      const norm = Math.hypot(...gradient);
      const difference = Math.hypot(
        ...gradient.map((value, j) => value - done.reduce((sum, it) => sum + it.gradients[i][j], 0)),
      );
      // float32 sums over some hundred tokens in another order; the kernels' own gradients are held to 1e-4
      assert.ok(difference < 1e-4 * norm + 1e-7, `gradient ${i}: ${difference} of ${norm}`);
    });
  }
});

Deno.test("splitBatch parts every row once, in order, with its share of what each loss counts", () => {
  const batch = drawBatch([0, 1, 2, -1, 1]);
  const parts = splitBatch(batch, { parts: 2, space });
  assert.deepEqual(parts.flatMap(({ ids }) => [...ids]), [...batch.ids]);
  assert.deepEqual(parts.map(({ part }) => part!.firstRow), [0, 2]);
  assert.deepEqual(parts.map(({ part }) => part!.shares.cellType), [2 / 4, 2 / 4]);
  assert.deepEqual(parts.map(({ part }) => part!.shares.ontology), [2 / 3, 1 / 3]);
  assert.ok(Math.abs(parts.reduce((sum, { part }) => sum + part!.shares.expression, 0) - 1) < 1e-12);
});

Deno.test("splitBatch and the losses of its parts leave no tensors behind", () => {
  space.vectors.dispose();
  disposeParams(params);
  assert.equal(tf.memory().numTensors, 0);
});
