import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { disposeModel } from "../../../lib/cell/mod.ts";
import { disposeParams } from "../../../lib/nn/mod.ts";
import { createRng, KcellfmError, startBackend } from "../../../lib/runtime/mod.ts";
import { gearsChange, type GearsRows } from "../../../lib/experiments/perturb/gears/network.ts";
import { initGears } from "../../../lib/experiments/perturb/gears/params.ts";
import { GEARS_EMBEDDINGS, type GearsOptions } from "../../../lib/experiments/perturb/gears/settings.ts";
import { fitGears } from "../../../lib/experiments/perturb/gears/train.ts";
import type { PerturbationTarget } from "../../../lib/experiments/perturb/set.ts";
import { GENES, TOY_SPLIT, TOY_TERMS, toyCellModel, toySet } from "./gears_fixture.ts";

await startBackend();

const set = toySet();
/** Eighty steps: enough for the toy. */
const options: GearsOptions = {
  seed: 1,
  terms: TOY_TERMS,
  hidden: 32,
  epochs: 40,
  batchSize: 160,
  pairsPerEpoch: 320,
  peak: 3e-3,
  halveAfter: 20,
};
const brief = { ...options, epochs: 2 };
const held = set.conditions.find(({ name }) => name === TOY_SPLIT.test[0])!;

const error = (predicted: Float32Array, { mean }: { mean: Float32Array }) =>
  predicted.reduce((sum, value, i) => sum + (value - mean[i]) ** 2, 0);

Deno.test("gearsChange treats rows alike: renumbering them renumbers the answer, in training too", () => {
  const size = { genes: 9, nodes: 5, hidden: 6, coexpression: true };
  const params = initGears(createRng(2), size);
  const order = [2, 0, 3, 1];
  const perturbed = [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 0, 1]];
  const counts = [3, 2, 1, 4];
  const rows = (take: number[]): GearsRows => ({
    perturbed: Float32Array.from(take.flatMap((row) => perturbed[row])),
    counts: Float32Array.from(take, (row) => counts[row]),
  });
  for (const training of [{ rng: createRng(0) }, undefined]) {
    const change = (take: number[]) =>
      tf.tidy(() => {
        const graphs = { go: tf.eye(5) as tf.Tensor2D, coexpression: tf.eye(9) as tf.Tensor2D };
        return gearsChange(params, rows(take), { graphs, training }).arraySync();
      });
    const [plain, moved] = [change([0, 1, 2, 3]), change(order)];
    order.forEach((row, i) =>
      moved[i].forEach((value, gene) =>
        assert.ok(Math.abs(value - plain[row][gene]) < 1e-4, `${row} ${gene}`)
      )
    );
  }
  disposeParams(params);
});

Deno.test("gearsChange of control cells alone is finite and leaves the fusion's statistics", () => {
  const params = initGears(createRng(2), {
    genes: 9,
    nodes: 5,
    hidden: 6,
    vectors: 3,
    coexpression: false,
  });
  const [norm] = params.perturbations.fuse.map(({ norm }) => norm);
  tf.tidy(() => {
    const rows = {
      perturbed: new Float32Array(5),
      counts: Float32Array.of(7),
      vectors: tf.randomNormal<tf.Rank.R3>([9, 1, 3]),
    };
    const change = gearsChange(params, rows, {
      graphs: { go: tf.eye(5) as tf.Tensor2D },
      training: { rng: createRng(0) },
    });
    assert.ok(change.dataSync().every(Number.isFinite));
  });
  assert.ok(norm.runningVariance.dataSync().every((value) => value === 1));
  disposeParams(params);
});

const ratioOf = (
  predicted: Float32Array,
  condition: { mean: Float32Array; control: { mean: Float32Array } },
) => error(predicted, condition) / error(condition.control.mean, condition);

Deno.test("fitGears learns the effects that it is shown, and leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  const model = await fitGears(set, { ...TOY_SPLIT, validation: [] }, options);
  const ratios = set.conditions.filter(({ name }) => TOY_SPLIT.train.includes(name))
    .map((condition) => ratioOf(model.predict(condition), condition));
  assert.equal(tf.memory().numTensors, before);
  assert.equal(model.name, "gears");
  assert.ok(Math.max(...ratios) < 0.4, `${ratios}`);
});

Deno.test("fitGears on a prior that adds up predicts a held-out pair by far better than no change", async () => {
  const model = await fitGears(set, TOY_SPLIT, { ...brief, prior: true });
  assert.equal(model.name, "gears_prior");
  assert.ok(ratioOf(model.predict(held), held) < 0.1);
});

Deno.test("fitGears by the same seed is the same, by another it is not; progress ends at its total", async () => {
  const seen: { done: number; total: number }[] = [];
  const onProgress = (progress: { done: number; total: number }) => void seen.push(progress);
  const predict = async (seed: number) =>
    (await fitGears(set, TOY_SPLIT, { ...brief, seed, onProgress })).predict(held);
  const first = await predict(1);
  assert.deepEqual(seen.at(-1), { done: seen.length, total: seen.length });
  assert.deepEqual(await predict(1), first);
  assert.notDeepEqual(await predict(2), first);
});

Deno.test("fitGears runs on every kind of embeddings, from a cell model that stays as it was", async () => {
  const cellModel = toyCellModel();
  const before = tf.memory().numTensors;
  const answers = new Map<string, Float32Array>();
  for (const embeddings of GEARS_EMBEDDINGS) {
    const model = await fitGears(set, TOY_SPLIT, { ...brief, embeddings, cellModel });
    answers.set(model.name, model.predict(held));
  }
  assert.deepEqual([...answers.keys()], [
    "gears",
    "gears_random",
    "gears_kcellfm",
    "gears_kcellfm_coexpression",
  ]);
  const values = [...answers.values()];
  assert.ok(values.every((answer) => answer.length === GENES.length && answer.every(Number.isFinite)));
  assert.equal(new Set(values.map(String)).size, GEARS_EMBEDDINGS.length);
  assert.equal(tf.memory().numTensors, before);
  disposeModel(cellModel);
});

Deno.test("fitGears without validation conditions keeps the last epoch, and small passes add up to a step", async () => {
  const split = { ...TOY_SPLIT, validation: [] };
  const model = await fitGears(set, split, { ...brief, batchSize: 40, accumulate: 4, asPublished: true });
  assert.ok(model.predict(held).every(Number.isFinite));
});

Deno.test("fitGears that is stopped gives no half model, and leaves no tensors", async () => {
  const before = tf.memory().numTensors;
  const stopped = fitGears(set, TOY_SPLIT, { ...brief, signal: AbortSignal.abort() });
  await assert.rejects(stopped, { name: "AbortError" });
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("fitGears says what is missing", async () => {
  const tagged = (tag: string, pattern: RegExp) => (thrown: unknown) =>
    thrown instanceof KcellfmError && thrown.tag === tag && pattern.test(thrown.message);
  await assert.rejects(
    () => fitGears(set, { ...TOY_SPLIT, train: ["X+ctrl"] }, brief),
    tagged("data", /toy has none of the 1 training conditions/),
  );
  await assert.rejects(
    () => fitGears(set, TOY_SPLIT, { ...brief, embeddings: "kcellfm" }),
    tagged("model", /no cell model was given/),
  );
  const model = await fitGears(set, TOY_SPLIT, brief);
  const target: PerturbationTarget = { ...held, name: "NOPE+ctrl", perturbed: ["NOPE"] };
  assert.throws(() => model.predict(target), tagged("data", /NOPE is not in the graph of 24 genes/));
});
