import assert from "node:assert/strict";
import * as tf from "../../../lib/tensor/mod.ts";
import { liveTerms, loadOntology } from "../../../lib/ontology/mod.ts";
import { startBackend } from "../../../lib/runtime/mod.ts";
import {
  prepareText,
  prepareTrial,
  scoreTrial,
  textBaselines,
  trainText,
} from "../../../lib/experiments/text/mod.ts";
import {
  branchNames,
  guessParents,
  lossFigure,
  nearestFigure,
  scoreFigure,
  typeMap,
} from "../../../lib/chapters/text.ts";
import { embedOntology, nearestTypes } from "../../../lib/text/mod.ts";
import { shippedText, textScoreTable } from "../../../lib/chapters/text.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

const slim = await loadOntology(null);
const settings = { preset: "nano", seed: 7, share: 0.1 } as const;

Deno.test("trainText lowers each part of the loss and beats the untrained encoder on held-out terms", async () => {
  await startBackend();
  const trial = prepareTrial(slim, settings);
  const { random_init, bag_of_words } = textBaselines(trial);
  const { log, steps } = await trainText(trial);
  assert.equal(steps, trial.steps);
  const train = log.filter(({ kind }) => kind === "train").map(({ scores }) => scores);
  for (const part of ["loss", "relation", "contrast", "graph"]) {
    assert.ok(train.at(-1)![part] < 0.8 * train[0][part], `${part}: ${train.map((scores) => scores[part])}`);
  }
  const scores = scoreTrial(trial);
  // nano is made for speed: far above chance, and already closer to the graph than counting words
  assert.ok(scores.spearman > random_init.spearman + 0.2, `${scores.spearman}`);
  assert.ok(scores.is_a_mrr > random_init.is_a_mrr + 0.05, `${scores.is_a_mrr}`);
  assert.ok(scores.spearman > bag_of_words.spearman);
  const guesses = guessParents(trial, { types: 5, count: 2 });
  assert.equal(guesses.length, 5);
  for (const { type, guesses: found } of guesses) {
    assert.equal(found.split("; ").length, 2);
    assert.ok(!found.split("; ").includes(type), "a type is not its own parent");
  }
  assert.equal(scoreFigure({ ours: scores, bag_of_words }).data.length, 2);
  assert.deepEqual(lossFigure(log).data.map(({ name }) => name), ["loss", "relation", "contrast", "graph"]);
  trial.model.dispose();
});

Deno.test("trainText goes on from where it was stopped and ends with the same weights", async () => {
  await startBackend();
  const directory = await Deno.makeTempDir();
  const whole = prepareText(slim, settings);
  await trainText(whole);
  const stopping = new AbortController();
  const halted = await trainText(prepareText(slim, settings), {
    directory,
    signal: stopping.signal,
    onStep: ({ step }) => {
      if (step === 40) stopping.abort();
    },
  });
  assert.deepEqual([halted.stopped, halted.steps], ["aborted", 40]);
  const resumed = prepareText(slim, settings);
  await trainText(resumed, { directory });
  const [a, b] = [whole, resumed].map(({ model }) => embedOntology(model, slim).data);
  assert.deepEqual(a, b);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("trainText leaves no tensor behind", async () => {
  await startBackend();
  const run = prepareText(slim, settings);
  const before = tf.memory().numTensors;
  await trainText(run);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("nearestTypes finds a type by its own vector and ranks by cosine", () => {
  const vectors = Float32Array.of(1, 0, 3, 4, 0, -2);
  const types = { ids: ["CL:1", "CL:2", "CL:3"], names: ["a", "b", "c"], ...tableOf(vectors, 2) };
  const near = nearestTypes(types, Float32Array.of(6, 8), 2);
  assert.deepEqual(near.map(({ name, cosine }) => [name, Number(cosine.toFixed(6))]), [["b", 1], ["a", 0.6]]);
  const [bars] = nearestFigure(near, { title: "near" }).data as { y: string[] }[];
  assert.deepEqual(bars.y, ["b", "a"]);
});

Deno.test("branchNames and typeMap colour a type by the broad type above it", () => {
  assert.deepEqual(branchNames(slim, ["CL:0000815", "CL:0000540", "CL:0000000"]), [
    "T cell",
    "neuron",
    "other types",
  ]);
  const terms = liveTerms(slim).slice(0, 50);
  const rows = Int32Array.from(terms, (_, i) => i);
  const types = {
    ids: terms.map(({ id }) => id),
    names: terms.map(({ name }) => name),
    ...tableOf(new Float32Array(50), 1),
  };
  const map = typeMap(types, { ontology: slim, places: { rows, x: rows, y: rows }, title: "Types" });
  const drawn = map.data.reduce((sum, trace) => sum + ((trace as { x: unknown[] }).x?.length ?? 0), 0);
  assert.equal(drawn, 50);
});

Deno.test("shippedText reads the scores that the shipped encoder was saved with, and textScoreTable has a row for each", async () => {
  const { methods, split } = await shippedText();
  assert.equal(Object.keys(methods)[0], "shipped");
  assert.match(split, /held out/);
  const table = textScoreTable(methods);
  assert.deepEqual([table.height, table.getColumn("method").get(0)], [
    Object.keys(methods).length,
    "shipped",
  ]);
});
