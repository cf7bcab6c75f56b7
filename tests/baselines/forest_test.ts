import assert from "node:assert/strict";
import { binFeatures } from "../../lib/baselines/tree_bins.ts";
import { fitPerceptron, fitRandomForest, fitTunedLogisticRegression } from "../../lib/baselines/mod.ts";
import { accuracy } from "../../lib/metrics/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import golden from "../fixtures/baselines/baselines.json" with { type: "json" };
import type { Table } from "../../lib/matrix/mod.ts";

await startBackend();
const { rings } = golden;
const oracle = `scikit-learn ${golden.versions["scikit-learn"]}`;
const split = rings.train * rings.cols;
const table = (data: number[]): Table => ({
  data: Float32Array.from(data),
  rows: data.length / rings.cols,
  cols: rings.cols,
});
const train = table(rings.features.slice(0, split));
const test = table(rings.features.slice(split));
const labels = rings.labels.slice(0, rings.train);
const truth = rings.labels.slice(rings.train);

Deno.test(`fitRandomForest is as right as ${oracle}`, () => {
  const { labels: named, probabilities } = fitRandomForest(train, labels, { seed: 42, trees: 100 }).predict(
    test,
  );
  // One draw of ours against the mean of twenty of theirs: four of their standard deviations.
  const { mean, sd } = rings.forest;
  const right = accuracy(truth, named);
  assert.ok(Math.abs(right - mean) < 4 * sd, `${right} is far from ${mean} +- ${sd}`);
  // Single forests of 100 trees of scikit-learn lie .022 to .027 from the mean of twenty.
  const expected = rings.forest.probabilities.flat();
  const gap = expected.reduce((sum, p, i) => sum + Math.abs(p - probabilities[i]), 0) / expected.length;
  assert.ok(gap < 0.035, `mean difference of probabilities ${gap}`);
});

Deno.test("fitRandomForest is the same when run again, another with another seed", () => {
  const fit = (seed: number) =>
    fitRandomForest(train, labels, { seed, trees: 5 }).predict(test).probabilities;
  assert.deepEqual(fit(1), fit(1));
  assert.notDeepEqual(fit(1), fit(2));
});

Deno.test("fitRandomForest knows its own rows, finds the one feature that varies, and answers for equal rows", () => {
  const data = new Float32Array(100 * 50);
  for (let i = 0; i < 100; i++) data[i * 50 + 7] = i;
  const wide = { data, rows: 100, cols: 50 };
  const halves = Array.from({ length: 100 }, (_, i) => i < 50 ? "low" : "high");
  const named = fitRandomForest(wide, halves, { seed: 1, trees: 30 }).predict(wide).labels;
  assert.ok(accuracy(halves, named) >= 0.98); // the two rows at the border may be in too few samples
  const equal = { data: new Float32Array(4), rows: 4, cols: 1 };
  const { probabilities } = fitRandomForest(equal, ["a", "a", "a", "b"], { seed: 1 }).predict(equal);
  assert.ok(probabilities[0] > 0.6 && probabilities[0] < 0.9);
});

Deno.test("fitRandomForest gives probabilities that sum to one and refuses rows of another width", () => {
  const model = fitRandomForest(train, labels, { seed: 3, trees: 7 });
  const { probabilities, classes } = model.predict(test);
  for (let at = 0; at < probabilities.length; at += classes.length) {
    const sum = probabilities.subarray(at, at + classes.length).reduce((total, p) => total + p, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
  }
  assert.throws(() => model.predict({ data: new Float32Array(2), rows: 1, cols: 2 }), /fitted on 8/);
  assert.throws(() => fitRandomForest(train, ["a"], { seed: 1 }), /400 rows to 1 labels/);
});

Deno.test("binFeatures keeps the order of values and every distinct one where they are few", () => {
  const rng = createRng(5);
  const data = Float32Array.from({ length: 600 }, (_, at) => at % 2 === 0 ? rng.normal() : rng.int(4));
  const { codes, edges } = binFeatures({ data, rows: 300, cols: 2 }, 16);
  assert.equal(edges[0].length, 15);
  assert.deepEqual([...edges[1]], [0.5, 1.5, 2.5]);
  for (let i = 0; i < 300; i++) {
    assert.equal(codes[300 + i], data[2 * i + 1]);
    assert.equal(codes[i], edges[0].filter((edge) => edge < data[2 * i]).length);
  }
});

Deno.test(`fitPerceptron bends as ${oracle} does, far above a straight line`, () => {
  // Nothing held out and nothing left out, as there: all epochs on all rows.
  const settings = { hidden: 32, learningRate: 1e-2, epochs: 100, dropout: 0, validation: new Int32Array() };
  const model = fitPerceptron(train, labels, { seed: 42, ...settings });
  const right = accuracy(truth, model.predict(test).labels);
  const { mean, sd } = rings.perceptron;
  assert.equal(model.epoch, 99);
  assert.ok(Math.abs(right - mean) < 4 * sd, `${right} is far from ${mean} +- ${sd}`);
  assert.ok(right > rings.linear.accuracy + 0.2);
});

Deno.test("fitPerceptron keeps the epoch that held-out rows like best", () => {
  const noise = labels.map((_, i) => i % 2 === 0 ? "heads" : "tails"); // nothing to learn: the first epochs are best
  const model = fitPerceptron(train, noise, { seed: 1, learningRate: 1e-2 });
  assert.ok(model.epoch < 10, `epoch ${model.epoch}`);
  const other = fitPerceptron(train, labels, {
    seed: 1,
    validation: Int32Array.from({ length: 80 }, (_, i) => i),
  });
  assert.ok(other.epoch > model.epoch);
});

Deno.test("fitTunedLogisticRegression holds back hard where nothing can be learned, and little where much can", () => {
  const rng = createRng(9);
  const signal = Float32Array.from(
    { length: 200 * 40 },
    (_, at) => rng.normal() + (at % 40 === 0 ? at / 40 % 2 * 8 : 0),
  );
  const cells = { data: signal, rows: 200, cols: 40 };
  const right = Array.from({ length: 200 }, (_, i) => i % 2 === 0 ? "even" : "odd");
  const shuffled = rng.shuffle([...right]);
  assert.ok(fitTunedLogisticRegression(cells, right, { seed: 1 }).c >= 1);
  assert.ok(fitTunedLogisticRegression(cells, shuffled, { seed: 1 }).c <= 0.01);
});

Deno.test("fitTunedLogisticRegression learns classes too small to hold out, and from all rows", () => {
  const data = Float32Array.of(0, 1, 10, 11, 20, 21);
  const cells = { data, rows: 6, cols: 1 };
  const model = fitTunedLogisticRegression(cells, ["a", "a", "b", "b", "c", "c"], { seed: 1 });
  assert.deepEqual(model.predict(cells).labels, ["a", "a", "b", "b", "c", "c"]);
  const held = fitTunedLogisticRegression(cells, ["a", "a", "b", "b", "c", "c"], {
    seed: 1,
    validation: Int32Array.of(4, 5), // a class that the fitted part lacks
  });
  assert.deepEqual(held.classes, ["a", "b", "c"]);
});
