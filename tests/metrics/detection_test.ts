import assert from "node:assert/strict";
import { auroc, averagePrecision, falsePositiveRate, hScore } from "../../lib/metrics/mod.ts";
import golden from "../fixtures/metrics/detection.json" with { type: "json" };
import { assertClose } from "../close.ts";

/** Sums of a few float64 ratios in another order: rounding only. */
const close = (a: number, b: number, what: string) => assertClose(a, b, 1e-12, what);

Deno.test(`averagePrecision, falsePositiveRate and auroc equal scikit-learn ${golden.versions["scikit-learn"]}`, () => {
  for (const { name, positive, scores, ...expected } of golden.cases) {
    close(averagePrecision(positive, scores), expected.average_precision, name);
    close(falsePositiveRate(positive, scores), expected.fpr_at_95, name);
    close(auroc(positive, scores), expected.auroc, name);
  }
});

Deno.test("falsePositiveRate counts the known cells above the last novel one that has to be found", () => {
  const positive = [true, false, true, false, false];
  const scores = [0.9, 0.8, 0.7, 0.2, 0.1];
  close(falsePositiveRate(positive, scores), 1 / 3, "both");
  assert.equal(falsePositiveRate(positive, scores, { recall: 0.5 }), 0);
});

Deno.test("averagePrecision refuses a group that is missing and lists of two lengths", () => {
  assert.throws(() => averagePrecision([true, true], [1, 2]), /needs both groups.*2 positive and 0 negative/);
  assert.throws(() => averagePrecision([true, false, true], [1, 2]), /3 cases, 2 scores/);
});

Deno.test("hScore is high only where both parts are", () => {
  close(hScore({ seen: 0.9, unseen: 0.6 }), 0.72, "0.9 and 0.6");
  assert.equal(hScore({ seen: 1, unseen: 0 }), 0);
  assert.equal(hScore({ seen: 0, unseen: 0 }), 0);
});
