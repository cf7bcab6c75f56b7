import assert from "node:assert/strict";
import {
  accuracy,
  auroc,
  averageRanks,
  confusionMatrix,
  hierarchicalAccuracy,
  macroF1,
  ontologyAccuracy,
  pearson,
  perClass,
  spearman,
  weightedF1,
} from "../../lib/metrics/mod.ts";
import golden from "../fixtures/metrics/metrics.json" with { type: "json" };
import { assertClose } from "../close.ts";

const oracle = `scikit-learn ${golden.versions["scikit-learn"]}`;

/** Sums of a few float64 ratios in another order: rounding only. */
const close = (a: number, b: number, what = "") => assertClose(a, b, 1e-12, what);

Deno.test(`accuracy, macroF1 and weightedF1 equal ${oracle}`, () => {
  for (const { name, truth, predicted, ...expected } of golden.classification) {
    close(accuracy(truth, predicted), expected.accuracy, name);
    close(macroF1(truth, predicted), expected.macro_f1, name);
    close(weightedF1(truth, predicted), expected.weighted_f1, name);
  }
});

Deno.test(`confusionMatrix and perClass equal ${oracle} over the union of labels`, () => {
  for (const { name, truth, predicted, ...expected } of golden.classification) {
    assert.deepEqual(confusionMatrix(truth, predicted), {
      labels: expected.labels,
      counts: expected.confusion,
    }, name);
    perClass(truth, predicted).forEach((score, k) => {
      close(score.precision, expected.precision[k], name);
      close(score.recall, expected.recall[k], name);
      close(score.f1, expected.f1[k], name);
      assert.equal(score.support, expected.support[k]);
    });
  }
});

Deno.test("confusionMatrix keeps a given order of labels", () => {
  const { counts } = confusionMatrix([1, 1, 2], [1, 2, 2], { labels: [2, 1] });
  assert.deepEqual(counts, [[1, 0], [1, 1]]);
});

Deno.test("accuracy refuses empty and uneven lists", () => {
  assert.throws(() => accuracy([], []), RangeError);
  assert.throws(() => macroF1(["a"], ["a", "b"]), /2 predictions against 1 labels/);
});

Deno.test("hierarchicalAccuracy takes what is above or below the truth for right, and a sibling for wrong", () => {
  const sameLine = (a: string, b: string) => a.startsWith(b) || b.startsWith(a); // "t/cd8" lies below "t"
  const score = (truth: string, predicted: string) =>
    hierarchicalAccuracy([truth], [predicted], { sameLine });
  assert.deepEqual([score("t/cd8", "t"), score("t", "t/cd8"), score("t/cd4", "t/cd8")], [1, 1, 0]);
  assert.throws(() => hierarchicalAccuracy([], [], { sameLine }), RangeError);
});

Deno.test("ontologyAccuracy takes a subtype for right and a parent for wrong", () => {
  const ancestors: Record<string, string[]> = { cd4: ["t", "cell"], t: ["cell"], cell: [], b: ["cell"] };
  const ancestorsOf = (id: string) => new Set(ancestors[id]);
  const score = (truth: string, predicted: string) => ontologyAccuracy([truth], [predicted], { ancestorsOf });
  assert.deepEqual([score("t", "t"), score("t", "cd4"), score("cd4", "t"), score("b", "t")], [1, 1, 0, 0]);
});

Deno.test(`spearman and pearson equal scipy ${golden.versions.scipy}`, () => {
  for (const { name, x, y, ...expected } of golden.ranks) {
    close(spearman(x, y), expected.spearman, name);
    close(pearson(x, y), expected.pearson, name);
    close(spearman(Float64Array.from(x), Float64Array.from(y)), expected.spearman, name);
  }
});

Deno.test("spearman is NaN for a constant list and refuses uneven ones", () => {
  assert.ok(Number.isNaN(spearman([1, 1, 1], [1, 2, 3])));
  assert.throws(() => spearman([1, 2], [1]), RangeError);
});

Deno.test("averageRanks shares the ranks of ties", () => {
  assert.deepEqual(averageRanks([10, 20, 10, 30]), [1.5, 3, 1.5, 4]);
});

Deno.test(`auroc equals ${oracle}, ties counting half`, () => {
  for (const { name, positive, scores, ...expected } of golden.auroc) {
    close(auroc(positive, scores), expected.auroc, name);
  }
  assert.throws(() => auroc([true, true], [1, 2]), /2 positive and 0 negative/);
});
