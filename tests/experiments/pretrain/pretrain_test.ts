import assert from "node:assert/strict";
import { AS_PUBLISHED, type AsPublished, cellPreset, disposeModel } from "../../../lib/cell/mod.ts";
import { symbolVocabulary } from "../../../lib/genes/mod.ts";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import {
  centredTypes,
  closeTypes,
  fitWidth,
  MOST_SCORED,
  preparePretraining,
  pretrain,
  runPretraining,
  simulatedStudy,
  splitRows,
  typeSpace,
} from "../../../lib/experiments/pretrain/mod.ts";
import { withoutFirstGenes } from "../../../lib/chapters/pretrain/mod.ts";
import { cosine, rowAt, type Table, tableOf } from "../../../lib/matrix/mod.ts";

await startBackend();
const ontology = await loadOntology(null);

/** Vectors in which types that share ancestors look alike: a stand-in for a text encoder. */
function ancestryVectors(dim: number) {
  const terms = [...ontology.terms.values()];
  const own = new Map(terms.map(({ id }) => {
    const rng = createRng(id);
    return [id, Float32Array.from({ length: dim }, () => rng.normal())] as const;
  }));
  const above = (id: string): string[] => [id, ...ontology.terms.get(id)!.isA.flatMap(above)];
  const vectors = Float32Array.from(terms.flatMap(({ id }) => {
    const sum = new Float32Array(dim);
    for (const up of new Set(above(id))) own.get(up)!.forEach((value, i) => sum[i] += value);
    return [...sum];
  }));
  return { ids: terms.map(({ id }) => id), names: terms.map(({ name }) => name), ...tableOf(vectors, dim) };
}

Deno.test("runPretraining at nano lowers each of the three losses and beats the commonest type on test cells", async () => {
  const names = [...new Set([...ontology.terms.values()].flatMap(({ markers = [] }) => markers))].sort();
  const vocabulary = symbolVocabulary(names);
  const options = { vocabulary, cells: 500, types: 6, rng: createRng(1) };
  const { model, data, named, training, scores } = await runPretraining([simulatedStudy(ontology, options)], {
    preset: "nano",
    seed: 1,
    ontology,
    vocabulary,
    types: ancestryVectors(32),
    epochs: 5,
  });
  const validation = training.log.filter(({ kind }) => kind === "validation").map((entry) => entry.scores);
  for (const part of ["expression", "cell_type", "ontology"]) {
    assert.ok(validation.at(-1)![part] < validation[0][part], `${part}: ${validation.map((v) => v[part])}`);
  }
  const { metrics, baselines } = scores;
  assert.ok(metrics.accuracy! > baselines.majority.accuracy! + 0.2, JSON.stringify(scores));
  assert.ok(model.temperature > 0.005 && model.temperature < 5);
  const { classes, rows } = data.studies[0].test;
  const ofType = Map.groupBy(rows, (row) => classes[row]).values();
  const scored = [...ofType].map((cells) => Math.min(cells.length, MOST_SCORED));
  assert.equal(named.truth.length, scored.reduce((a, b) => a + b));
  const figure = withoutFirstGenes(model, data, { cell: 0, genes: 10, typeName: (id) => id });
  const [whole, poorer] = figure.data.map((trace) => (trace as { x: number[] }).x);
  assert.deepEqual(whole, whole.toSorted((a, b) => b - a));
  assert.notDeepEqual(whole, poorer);
  disposeModel(model);
});

Deno.test("splitRows parts every class by itself and leaves unlabelled cells to training", () => {
  const labels = Int32Array.from({ length: 120 }, (_, i) => i < 100 ? 0 : i < 110 ? 1 : -1);
  const { train, validation, test } = splitRows(labels, createRng(2));
  const count = (rows: Int32Array, label: number) => rows.filter((row) => labels[row] === label).length;
  assert.deepEqual([0, 1, -1].map((label) => count(train, label)), [70, 7, 10]);
  assert.deepEqual([0, 1, -1].map((label) => count(validation, label)), [10, 1, 0]);
  assert.deepEqual([0, 1, -1].map((label) => count(test, label)), [20, 2, 0]);
  assert.equal(new Set([...train, ...validation, ...test]).size, 120);
});

Deno.test("closeTypes joins parents, children and what develops from a type", () => {
  const close = closeTypes(ontology, "CL:0000084"); // T cell
  assert.ok(close.includes("CL:0000542"), "lymphocyte, its parent");
  assert.ok(close.some((id) => ontology.terms.get(id)?.isA.includes("CL:0000084")), "a child");
  assert.ok(!close.includes("CL:0000084"));
  assert.ok(!close.includes("CL:0000236"), "B cell is only a cousin");
});

Deno.test("centredTypes have unit rows and the mean taken away; fitWidth keeps cosines roughly", () => {
  const types = ancestryVectors(128);
  const centred = centredTypes(types);
  assert.ok(Math.abs(Math.hypot(...rowAt(centred, 7)) - 1) < 1e-5);
  const narrow = centredTypes(fitWidth(centred, 64));
  const between = (table: Table, i: number) => cosine(rowAt(table, 0), rowAt(table, i));
  let error = 0;
  for (let i = 1; i <= 50; i++) {
    error += Math.abs(between(centred, i) - between(narrow, i)) / 50;
  }
  assert.ok(error < 0.2, `${error}`); // a projection to 64 numbers has a standard error near 1/8
  assert.throws(() => fitWidth(centred, 256), /wider text encoder/);
});

Deno.test("typeSpace as published knows only the relations of one-word names", () => {
  const ids = ["CL:0000099", "CL:2000029", "CL:0000561"]; // interneuron is_a ... neuron; amacrine cell is_a interneuron
  const names = ids.map((id) => ontology.terms.get(id)!.name);
  assert.deepEqual([names[0], names[2]], ["interneuron", "amacrine cell"]);
  const types = { ids, names, ...tableOf(Float32Array.of(1, 1, 1), 1) };
  const spaceOf = (asPublished?: AsPublished) => {
    const { vectors, close, drawn } = typeSpace(types, { classes: ids, ontology, asPublished });
    vectors.dispose();
    return { close, drawn };
  };
  assert.deepEqual(spaceOf(), { close: [[1, 2], [0], [0]], drawn: undefined });
  assert.deepEqual(spaceOf(AS_PUBLISHED), { close: [[1], [0], []], drawn: true });
});

Deno.test("pretrain as published learns to answer -1 at once, which tells it nothing of true values", async () => {
  const names = [...new Set([...ontology.terms.values()].flatMap(({ markers = [] }) => markers))].sort();
  const vocabulary = symbolVocabulary(names);
  const study = simulatedStudy(ontology, { vocabulary, cells: 100, types: 4, rng: createRng(1) });
  const data = preparePretraining([study], { vocabulary, rng: createRng(2) });
  const paper = { layers: 1, length: 24, residual: false, readout: "cls", selection: "uniform" } as const;
  const config = { ...cellPreset("nano"), ...paper };
  const settings = { config, ontology, vocabulary, types: ancestryVectors(32), seed: 1, batchSize: 16 };
  const run = async (asPublished?: AsPublished) => {
    const { model, training } = await pretrain(data, {
      ...settings,
      epochs: 4,
      peak: 1e-2,
      warmup: 0,
      floor: 1,
      hide: 0,
      asPublished,
    });
    disposeModel(model);
    const last = (kind: string) =>
      training.log.filter((entry) => entry.kind === kind).at(-1)!.scores.expression;
    return { training: last("train"), validation: last("validation") };
  };
  const [ours, published] = [await run(), await run(AS_PUBLISHED)];
  assert.ok(published.training < 0.1 * ours.training, JSON.stringify({ ours, published }));
  assert.ok(published.validation > 2 * ours.validation, JSON.stringify({ ours, published }));
});
