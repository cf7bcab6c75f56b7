import assert from "node:assert/strict";
import { fitLogisticRegression, fitMajority, fitNeighbours } from "../../lib/baselines/mod.ts";
import { accuracy } from "../../lib/metrics/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import golden from "../fixtures/baselines/baselines.json" with { type: "json" };
import { measureScaling, type Table } from "../../lib/matrix/mod.ts";
import { assertClose } from "../close.ts";

await startBackend();
const oracle = `scikit-learn ${golden.versions["scikit-learn"]}`;
const table = (data: number[]): Table => ({
  data: Float32Array.from(data),
  rows: data.length / golden.cols,
  cols: golden.cols,
});
const train = table(golden.train.features);
const test = table(golden.test.features);
const options = { seed: 42 };

for (const reference of [golden.logistic_c1, golden.logistic_c001]) {
  Deno.test(`fitLogisticRegression finds the optimum of ${oracle}, C = ${reference.c}`, () => {
    const model = fitLogisticRegression(train, golden.train.labels, {
      ...options,
      c: reference.c,
      tolerance: 1e-6,
    });
    assert.deepEqual(model.classes, reference.classes);
    // Products in float32 and a gradient driven to 1e-6 of the mean loss leave 1e-3 of the flattest weight.
    const coef = reference.coef[0].flatMap((_, j) => reference.coef.map((row) => row[j]));
    assertClose(model.weights, coef, 2e-3);
    assertClose(model.intercepts, reference.intercept, 2e-3);
    const prediction = model.predict(test);
    assertClose(prediction.probabilities, reference.probabilities.flat(), 1e-3);
    assert.deepEqual(prediction.labels, reference.labels);
  });
}

Deno.test("fitLogisticRegression is the same to the bit when run again", () => {
  const fit = () => fitLogisticRegression(train, golden.train.labels, options).weights;
  assert.deepEqual(fit(), fit());
});

Deno.test(`fitNeighbours votes as ${oracle}`, () => {
  const model = fitNeighbours(train, golden.train.labels, { ...options, k: golden.neighbours.k });
  assertClose(model.predict(test).probabilities, golden.neighbours.probabilities.flat(), 1e-6);
});

Deno.test("fitMajority says the most frequent class, with the shares as probabilities", () => {
  const two: Table = { data: new Float32Array(4), rows: 4, cols: 1 };
  const model = fitMajority(two, ["b", "a", "b", "b"], options);
  const { labels, probabilities } = model.predict({ data: new Float32Array(2), rows: 2, cols: 1 });
  assert.deepEqual(labels, ["b", "b"]);
  assertClose(probabilities, [0.25, 0.75, 0.25, 0.75], 1e-6);
});

Deno.test("every baseline gives rows that sum to one, and beats the majority class where classes differ", () => {
  const floor = accuracy(
    golden.test.labels,
    fitMajority(train, golden.train.labels, options).predict(test).labels,
  );
  for (const fit of [fitLogisticRegression, fitNeighbours]) {
    const { labels, classes, probabilities } = fit(train, golden.train.labels, options).predict(test);
    for (let i = 0; i < test.rows; i++) {
      const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      assertClose([row.reduce((sum, p) => sum + p, 0)], [1], 1e-5);
    }
    assert.ok(accuracy(golden.test.labels, labels) > floor + 0.1, fit.name);
  }
});

Deno.test("every baseline refuses labels that do not match, and rows of another width", () => {
  const narrow: Table = { data: new Float32Array(3), rows: 1, cols: 3 };
  for (const fit of [fitMajority, fitLogisticRegression, fitNeighbours]) {
    assert.throws(() => fit(train, ["a"], options), /100 rows to 1 labels/);
    assert.throws(() => fit(train, golden.train.labels, options).predict(narrow), /3 features: fitted on 6/);
  }
});

Deno.test("fitLogisticRegression fits 500 cells of 1,000 genes without spending the heap", () => {
  const rng = createRng(1);
  const labels = Array.from({ length: 500 }, (_, i) => `type ${i % 5}`);
  const data = Float32Array.from({ length: 500_000 }, (_, at) => {
    const cell = Math.floor(at / 1000);
    return Math.max(0, rng.normal() + (at % 1000 % 5 === cell % 5 ? 0.3 : 0));
  });
  const model = fitLogisticRegression({ data, rows: 500, cols: 1000 }, labels, options);
  const { labels: predicted } = model.predict({ data, rows: 500, cols: 1000 });
  assert.equal(accuracy(labels, predicted), 1); // 1,000 features separate 500 training rows
});

Deno.test("measureScaling leaves a constant feature at scale one", () => {
  const { mean, inverseSd } = measureScaling({ data: Float32Array.of(1, 5, 3, 5), rows: 2, cols: 2 });
  assert.deepEqual([...mean, ...inverseSd], [2, 5, 1, 1]);
});
