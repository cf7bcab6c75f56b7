import assert from "node:assert/strict";
import { fitPooled, type PooledBatch } from "lib/baselines/mod.ts";
import { argmax } from "lib/matrix/mod.ts";
import { createRng, startBackend } from "lib/runtime/mod.ts";

await startBackend();

const [INPUTS, CLASSES] = [12, 3];

/** Cells of three types; a coarse study labels types 1 and 2 alike. */
function batch(seed: number, coarse: boolean): PooledBatch {
  const rng = createRng(seed);
  const rows = 60;
  const meaning = new Float32Array(rows * CLASSES);
  const features = Float32Array.from({ length: rows * INPUTS }, () => 0.3 * rng.normal());
  for (let row = 0; row < rows; row++) {
    const type = row % CLASSES;
    for (let i = 0; i < 4; i++) features[row * INPUTS + type * 4 + i] += 1;
    const means = coarse && type > 0 ? [1, 2] : [type];
    for (const place of means) meaning[row * CLASSES + place] = 1;
  }
  return { features, rows, meaning, labelled: rows };
}

for (const hidden of [0, 16]) {
  Deno.test(`fitPooled with ${hidden} units learns types, and a coarse study does not unlearn them`, () => {
    const model = fitPooled({
      inputs: INPUTS,
      classes: CLASSES,
      hidden,
      epochs: 60,
      seed: 1,
      learningRate: 2e-2,
      batches: (epoch) => [batch(2 * epoch, false), batch(2 * epoch + 1, true)],
    });
    const test = batch(999, false);
    const scores = model.score(test.features);
    const right = Array.from(
      { length: test.rows },
      (_, row) => argmax(scores.subarray(row * CLASSES, (row + 1) * CLASSES)) === row % CLASSES,
    );
    assert.ok(right.filter(Boolean).length / test.rows > 0.95);
    model.dispose();
  });
}
